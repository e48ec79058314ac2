// XMPP (RFC 6120), for clients and, by its namespace, for servers.
var TLS = "xmlns='urn:ietf:params:xml:ns:xmpp-tls'";
module.exports = function (link, config) {
  var space = config.protocol === 'xmpp-server' ? 'jabber:server' : 'jabber:client';
  function open() {
    link.send("<?xml version='1.0'?><stream:stream xmlns='" + space + "' from='" + (config.text || 'chat.hospital.example') +
      "' id='lab' version='1.0' xmlns:stream='http://etherx.jabber.org/streams'><stream:features>" +
      (link.secure ? "<mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'><mechanism>PLAIN</mechanism></mechanisms>" :
        '<starttls ' + TLS + '><required/></starttls>') + '</stream:features>');
  }
  link.feed(function (rest) {
    // Binary, so that characters and bytes count alike.
    var text = rest.toString('binary');
    var tag = /^[^<]*<([^>]*)>/.exec(text);
    if (!tag) { return 0; }
    if (/^stream:stream/.test(tag[1])) {
      open();
    } else if (/^starttls/.test(tag[1]) && !link.secure) {
      link.send('<proceed ' + TLS + '/>');
      link.startTls();
    } else if (/^\/stream:stream/.test(tag[1])) {
      link.end('</stream:stream>');
    }
    return tag[0].length;
  });
};
