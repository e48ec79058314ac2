//! How much may be remembered. What follows from a capture's bytes alone is bounded by these, whatever the bytes are.

/// The bounds. Where one is reached, the oldest goes first and is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Connections on which nobody has said anything yet.
    pub silent: usize,
    /// Flows of which one side only has been heard. They are bounded apart, so that forged packets push out no real conversation.
    pub one_sided: usize,
    /// Streams of which both sides have been heard.
    pub two_sided: usize,
    /// Conversations by datagrams of which both sides have been heard.
    pub datagrams: usize,
    /// Bytes that the listener holds for all flows of one of these kinds together, beyond the little that each takes; for those that are
    /// over and not forgotten, as many again.
    pub burden: usize,
    /// Bytes of one side of a flow that wait for what comes before them.
    pub held_by_one: usize,
    /// The same, of all flows together.
    pub held: usize,
    /// Bytes of fragments that wait for the others.
    pub fragments: usize,
    /// Makes the places of flows in memory unguessable for whoever writes the packets.
    pub seed: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            silent: 65_536,
            one_sided: 32_768,
            two_sided: 65_536,
            datagrams: 32_768,
            burden: 4 * 1024 * 1024,
            held_by_one: 512 * 1024,
            held: 24 * 1024 * 1024,
            fragments: 4 * 1024 * 1024,
            seed: 0x486f_6c74_6572_2121,
        }
    }
}
