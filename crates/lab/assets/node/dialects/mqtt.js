// MQTT 3.1.1: CONNECT is refused as not authorised, PINGREQ is answered.
module.exports = function (link) {
  link.feed(function (rest) {
    var length = 0, at = 1, factor = 1;
    do {
      if (at >= rest.length || at > 4) { return 0; }
      length += (rest[at] & 127) * factor;
      factor *= 128;
      at += 1;
    } while ((rest[at - 1] & 128) !== 0);
    if (rest.length < at + length) { return 0; }
    if (rest[0] === 0x10) { link.end([0x20, 2, 0, 5]); }
    if (rest[0] === 0xc0) { link.send([0xd0, 0]); }
    if (rest[0] === 0xe0) { link.end(); }
    return at + length;
  });
};
