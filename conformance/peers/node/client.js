// Makes one request and tells by its exit status whether it succeeded.
const http2 = require('node:http2');
const session = http2.connect(process.argv[2]);
const fail = (error) => {
  console.error(error.message);
  process.exitCode = 1;
  session.close();
};
session.on('error', fail);
const request = session.request({ ':path': '/' });
request.on('error', fail);
request.on('end', () => session.close());
request.resume();
request.end();
