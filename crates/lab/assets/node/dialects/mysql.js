// MySQL: the server greets, the client's SSLRequest (32 bytes, CLIENT_SSL set) starts TLS; no login succeeds.
var bytes = require('../link').bytes;

function packet(number, parts) {
  var body = Buffer.concat(parts.map(bytes));
  return Buffer.concat([bytes([body.length & 255, body.length >> 8, 0, number]), body]);
}

module.exports = function (link, config) {
  // LONG_PASSWORD, LONG_FLAG, CONNECT_WITH_DB, PROTOCOL_41, SSL, TRANSACTIONS, SECURE_CONNECTION; then PLUGIN_AUTH.
  link.send(packet(0, [[10], config.text || '5.5.36-log', [0, 7, 0, 0, 0], 'labsalt8', [0, 0x0d, 0xaa, 33, 2, 0, 8, 0, 21],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0], 'twelve bytes', [0], 'mysql_native_password', [0]]));
  link.feed(function (rest) {
    if (rest.length < 4) { return 0; }
    var length = 4 + rest[0] + rest[1] * 256 + rest[2] * 65536;
    if (rest.length < length) { return 0; }
    if (length === 36 && (rest[5] & 8) !== 0 && !link.secure) {
      link.startTls();
    } else {
      link.end(packet(rest[3] + 1, [[255, 0x15, 4], '#28000Access denied']));
    }
    return length;
  });
};
