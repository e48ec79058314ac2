// TDS: PRELOGIN agrees on encryption; then the handshake travels inside PRELOGIN packets until both are finished,
// and everything after it is bare TLS.
var bytes = require('../link').bytes;
var PRELOGIN = 0x12;
var HANDSHAKE_CHUNK = 4088;

function packet(type, last, body) {
  var length = body.length + 8;
  return Buffer.concat([bytes([type, last ? 1 : 0, length >> 8, length & 255, 0, 0, 1, 0]), body]);
}

function packets(body) {
  var parts = [];
  for (var at = 0; at < body.length; at += HANDSHAKE_CHUNK) {
    // Node 0.8 throws at a slice beyond the end.
    var part = body.slice(at, Math.min(at + HANDSHAKE_CHUNK, body.length));
    parts.push(packet(PRELOGIN, at + part.length === body.length, part));
  }
  return Buffer.concat(parts);
}

function Wrapping() {
  var arriving = bytes([]);
  var leaving = bytes([]);
  var changed = false;
  var finished = false;
  this.unwrap = function (data) {
    var out = [];
    arriving = Buffer.concat([arriving, data]);
    while (arriving.length >= 5) {
      var inside = arriving[0] === PRELOGIN;
      var length = inside ? arriving.readUInt16BE(2) : arriving.readUInt16BE(3) + 5;
      if (inside && length < 8) { length = 8; }
      if (arriving.length < length) { break; }
      out.push(arriving.slice(inside ? 8 : 0, length));
      arriving = arriving.slice(length);
    }
    return Buffer.concat(out);
  };
  this.wrap = function (data) {
    var wrapped = [];
    var bare = [];
    leaving = Buffer.concat([leaving, data]);
    while (leaving.length >= 5) {
      var length = leaving.readUInt16BE(3) + 5;
      if (leaving.length < length) { break; }
      (finished ? bare : wrapped).push(leaving.slice(0, length));
      // Our Finished, the first handshake record after our ChangeCipherSpec, is the last that is wrapped.
      if (changed && leaving[0] === 22) { finished = true; }
      if (leaving[0] === 20) { changed = true; }
      leaving = leaving.slice(length);
    }
    return Buffer.concat([packets(Buffer.concat(wrapped)), Buffer.concat(bare)]);
  };
}

module.exports = function (link) {
  link.feed(function (rest) {
    if (rest.length < 8) { return 0; }
    var length = rest.readUInt16BE(2);
    if (length < 8) { link.end(); return rest.length; }
    if (rest.length < length) { return 0; }
    if (rest[0] === PRELOGIN && !link.secure) {
      // VERSION 11.0.2100, ENCRYPTION on, INSTOPT, THREADID, end.
      link.send(packet(4, true, bytes([0, 0, 21, 0, 6, 1, 0, 27, 0, 1, 2, 0, 28, 0, 1, 3, 0, 29, 0, 0, 255,
        11, 0, 8, 52, 0, 0, 1, 0])));
      link.startTls(new Wrapping());
    } else {
      link.end();
    }
    return length;
  });
};
