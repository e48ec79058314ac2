// An old server: reads config.json beside it, listens, and speaks one protocol around its own old OpenSSL.
// ES5 only, and only what Node 0.8 to 10 have in common.
var crypto = require('crypto');
var fs = require('fs');
var https = require('https');
var net = require('net');
var path = require('path');
var tls = require('tls');
var link = require('./link');

var config = JSON.parse(fs.readFileSync(path.join(__dirname, 'config.json'), 'utf8'));

// Protocols that start TLS at once, and the dialect that is spoken inside.
var DIRECT = {
  smtps: 'smtp', imaps: 'imap', pop3s: 'pop3', ldaps: 'ldap', ftps: 'ftp', nntps: 'nntp', ircs: 'irc',
  xmpps: 'xmpp', telnets: 'telnet', mqtt: 'mqtt', syslog: 'sink', amqp: 'amqp', mllp: 'mllp', dicom: 'dicom'
};
// One that upgrades although its name is taken by the direct form.
var UPGRADE = { 'amqp-upgrade': 'amqp' };

var secrets = {
  key: fs.readFileSync(config.key),
  cert: fs.readFileSync(config.certificate),
  ca: [fs.readFileSync(config.certificate)],
  requestCert: config.request_client_cert,
  rejectUnauthorized: config.request_client_cert
};
if (config.ciphers) { secrets.ciphers = config.ciphers; }
Object.keys(config.options || {}).forEach(function (name) {
  var value = config.options[name];
  secrets[name] = name === 'dhparam' ? fs.readFileSync(value) : value;
});
secrets.keepsPlaintext = config.keeps_plaintext;

// SSL_OP_NO_SSLv2, SSLv3, TLSv1, TLSv1_1, TLSv1_2, by what is left when the others are off.
var ONLY = { TLSv1_1_method: 0x0f000000, TLSv1_2_method: 0x17000000 };

// Node 0.10 links an OpenSSL that speaks TLS 1.1 and 1.2 but has no name for either alone.
function chooseProtocol(method) {
  secrets.secureProtocol = method;
  try {
    crypto.createCredentials({ secureProtocol: method });
  } catch (error) {
    if (!ONLY[method]) { throw error; }
    secrets.secureProtocol = 'SSLv23_method';
    secrets.secureOptions = ONLY[method];
  }
}
if (config.secure_protocol) { chooseProtocol(config.secure_protocol); }

var FHIR = '{"resourceType":"CapabilityStatement","status":"active","fhirVersion":"4.0.1","kind":"instance"}';
// Long enough that a server which compresses would.
var HTML = '<!doctype html><title>Holter lab</title>' + new Array(121).join('<p>A server of the lab.</p>\n');

function page(request, response) {
  var fhir = config.protocol === 'fhir';
  var text = config.text || (fhir ? FHIR : HTML);
  response.writeHead(200, {
    'Content-Type': fhir ? 'application/fhir+json' : 'text/html; charset=utf-8',
    'Content-Length': Buffer.byteLength(text)
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

function serve() {
  // Only who asks for it by ALPN is spoken to; others are told so, and left.
  if (config.http2) { return require('http2').createSecureServer(secrets, page); }
  if (config.protocol === 'https' || config.protocol === 'fhir') {
    return https.createServer(secrets, page);
  }
  if (DIRECT[config.protocol]) {
    var inside = require('./dialects/' + DIRECT[config.protocol]);
    return tls.createServer(secrets, function (clear) { inside(link.secured(clear), config); });
  }
  var dialect = require('./dialects/' + (UPGRADE[config.protocol] || config.protocol));
  var context = (tls.createSecureContext || crypto.createCredentials)(secrets);
  return net.createServer(function (socket) { dialect(link.plain(socket, context, secrets), config); });
}

// Also a server that listens on every address (a bench asks for all of 127.0.0.0/8) serves this machine alone. Only
// in a network namespace that the lab has made are there others.
function guard(server) {
  var own = server.listeners('connection').slice();
  server.removeAllListeners('connection');
  server.on('connection', function (socket) {
    if (!/^(::ffff:)?127\.|^::1$/.test(socket.remoteAddress || '')) { return socket.destroy(); }
    own.forEach(function (listener) { listener.call(server, socket); });
  });
}

var server = serve();
if (!config.serves_its_network) { guard(server); }
server.on('clientError', function (error, socket) {
  console.error('client: ' + error.message);
  if (socket && socket.destroy) { socket.destroy(); }
});
server.on('tlsClientError', function (error) { console.error('client: ' + error.message); });
server.on('error', function (error) {
  console.error(error.stack || error);
  process.exit(1);
});
server.listen(config.port, config.host, function () {
  // A scanner's odd bytes make old Node throw in strange places; a server that has died would look like a finding.
  // HTTP/2 is there to see that it lives as its authors made it.
  if (!config.http2) { process.on('uncaughtException', function (error) { console.error(error.stack || error); }); }
  console.log('node ' + process.versions.node + ', OpenSSL ' + process.versions.openssl + ', ' + config.protocol);
});
