// RDP: the X.224 connection request may carry a negotiation request; this server wants plain TLS.
module.exports = function (link) {
  link.feed(function (rest) {
    if (rest.length < 4) { return 0; }
    var length = rest.readUInt16BE(2);
    if (rest[0] !== 3 || length < 7) { link.end(); return rest.length; }
    if (rest.length < length) { return 0; }
    if (link.secure || rest[5] !== 0xe0) { link.end(); return length; }
    // The request is the last eight bytes: 1, flags, 8, 0, protocols.
    var asked = length >= 19 && rest[length - 8] === 1 && rest[length - 6] === 8 ? rest[length - 4] : 0;
    if ((asked & 1) !== 0) {
      link.send([3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 1, 0, 0, 0]);
      link.startTls();
    } else {
      // SSL_REQUIRED_BY_SERVER
      link.end([3, 0, 0, 19, 14, 0xd0, 0, 0, 0x12, 0x34, 0, 3, 0, 8, 0, 1, 0, 0, 0]);
    }
    return length;
  });
};
