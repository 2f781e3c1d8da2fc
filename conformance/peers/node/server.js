// Reads each request and answers `ok`.
const http2 = require('node:http2');
const server = http2.createServer((request, response) => {
  request.on('error', () => {});
  request.resume();
  request.on('end', () => {
    response.writeHead(200);
    response.end(request.method === 'HEAD' ? undefined : 'ok');
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
