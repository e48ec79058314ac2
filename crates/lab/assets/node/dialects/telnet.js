// Telnet with the START_TLS option (46): DO, WILL, then FOLLOWS from both sides.
var IAC = 255, WILL = 251, DO = 253, SB = 250, SE = 240, START_TLS = 46, FOLLOWS = 1;
module.exports = function (link, config) {
  if (!link.secure) { link.send([IAC, DO, START_TLS]); }
  if (link.secure) { link.send((config.text || 'device') + '\r\nlogin: '); }
  link.feed(function (rest) {
    if (rest[0] !== IAC) { return 1; }
    if (rest.length < 3) { return 0; }
    if (rest[1] === SB) {
      for (var end = 2; end + 1 < rest.length; end += 1) {
        if (rest[end] === IAC && rest[end + 1] === SE) { break; }
      }
      if (end + 1 >= rest.length) { return 0; }
      if (rest[2] === START_TLS && rest[3] === FOLLOWS && !link.secure) {
        link.startTls(null, function () { link.send((config.text || 'device') + '\r\nlogin: '); });
      }
      return end + 2;
    }
    if (rest[1] === WILL && rest[2] === START_TLS) { link.send([IAC, SB, START_TLS, FOLLOWS, IAC, SE]); }
    return 3;
  });
};
