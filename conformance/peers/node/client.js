// Makes one request and tells by its exit status whether it succeeded.
const http2 = require('node:http2');
const session = http2.connect(process.argv[2]);
const fail = (error) => {
  console.error(error.message);
  process.exitCode = 1;
  session.close();
};
session.on('error', fail);
// What is pushed is read; that it breaks off does not concern the request.
session.on('stream', (pushed) => pushed.on('error', () => {}).resume());
const request = session.request({ ':path': '/' });
request.on('error', fail);
// What breaks off ends like what is whole: the code tells them apart.
request.on('close', () => (request.rstCode === 0 ? session.close() : fail(new Error('broke off'))));
request.resume();
request.end();
