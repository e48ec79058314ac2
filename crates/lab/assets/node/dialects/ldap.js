// LDAP (RFC 4511): StartTLS, the root DSE, and a bind that is refused.
var START_TLS = '1.3.6.1.4.1.1466.20037';

function element(tag, content) {
  var head = content.length < 128 ? [tag, content.length] : [tag, 0x82, content.length >> 8, content.length & 255];
  return head.concat(content);
}

function text(tag, value) {
  var list = [];
  for (var i = 0; i < value.length; i += 1) { list.push(value.charCodeAt(i)); }
  return element(tag, list);
}

// The header's length and the content's length of the element at `at`, or null while it is incomplete.
function measure(buffer, at) {
  if (buffer.length < at + 2) { return null; }
  var first = buffer[at + 1];
  if (first < 128) { return { head: 2, body: first }; }
  var count = first & 127;
  if (count === 0 || count > 4 || buffer.length < at + 2 + count) { return null; }
  var body = 0;
  for (var i = 0; i < count; i += 1) { body = body * 256 + buffer[at + 2 + i]; }
  return { head: 2 + count, body: body };
}

module.exports = function (link, config) {
  link.feed(function (rest) {
    var outer = measure(rest, 0);
    if (!outer || rest.length < outer.head + outer.body) { return 0; }
    var id = measure(rest, outer.head);
    if (rest[0] !== 0x30 || !id) { link.end(); return rest.length; }
    var end = outer.head + id.head + id.body;
    var number = Array.prototype.slice.call(rest, outer.head, end);
    var operation = rest[end];
    function answer(tag, content) { link.send(element(0x30, number.concat(element(tag, content)))); }
    function result(tag, code) { answer(tag, [10, 1, code, 4, 0, 4, 0]); }
    if (operation === 0x77) {
      var ours = rest.slice(end, outer.head + outer.body).toString('binary').indexOf(START_TLS) >= 0 && !link.secure;
      result(0x78, ours ? 0 : 2);
      if (ours) { link.startTls(); }
    } else if (operation === 0x63) {
      var values = element(0x31, text(4, config.text || 'dc=hospital,dc=example'));
      var attribute = element(0x30, text(4, 'namingContexts').concat(values));
      answer(0x64, [4, 0].concat(element(0x30, attribute)));
      result(0x65, 0);
    } else if (operation === 0x60) {
      result(0x61, 49);
    } else if (operation === 0x42) {
      link.end();
    } else {
      result(0x78, 2);
    }
    return outer.head + outer.body;
  });
};
