// XMPP between servers: the same stream in another namespace.
module.exports = require('./xmpp');
