// Old Node.js as an HTTPS server on a listening socket that it is given. ES5: Node 0.10 runs it.
// Arguments: the socket's number, the key's file, the certificate's file.
var fs = require('fs');
var https = require('https');

var server = https.createServer({
  key: fs.readFileSync(process.argv[3]),
  cert: fs.readFileSync(process.argv[4])
}, function (request, response) { response.end('ok'); });
// Scanners hang up in mid-handshake; old Node throws that in strange places.
server.on('clientError', function () {});
server.listen({ fd: Number(process.argv[2]) }, function () {
  process.on('uncaughtException', function (error) { console.error(error.stack || error); });
});

process.stdin.on('end', function () { process.exit(0); });
process.stdin.resume();
