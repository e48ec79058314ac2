//! A cursor over borrowed bytes that cannot read past their end.

/// Reads big-endian fields from the front of a slice. Each method returns `None`, and moves nothing, when too
/// few bytes are left.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// A reader at the start of `bytes`.
    #[must_use]
    pub const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes not yet read.
    #[must_use]
    pub const fn rest(&self) -> &'a [u8] {
        self.rest
    }

    /// Whether all is read.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// The next `count` bytes.
    pub fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, tail) = self.rest.split_at_checked(count)?;
        self.rest = tail;
        Some(head)
    }

    /// The next `N` bytes as an array.
    pub fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, tail) = self.rest.split_first_chunk::<N>()?;
        self.rest = tail;
        Some(*head)
    }

    /// One byte.
    pub fn u8(&mut self) -> Option<u8> {
        self.array::<1>().map(|[byte]| byte)
    }

    /// Two bytes.
    pub fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    /// Three bytes, as TLS writes handshake and certificate lengths.
    pub fn u24(&mut self) -> Option<usize> {
        self.array::<3>()
            .map(|[a, b, c]| usize::from(a) << 16 | usize::from(b) << 8 | usize::from(c))
    }

    /// Six bytes, as DTLS writes sequence numbers.
    pub fn u48(&mut self) -> Option<u64> {
        self.array::<6>().map(|bytes| {
            bytes
                .iter()
                .fold(0, |number, byte| number << 8 | u64::from(*byte))
        })
    }

    /// A vector whose length stands before it in one byte.
    pub fn vec8(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let length = ahead.u8()?;
        let body = ahead.take(length.into())?;
        *self = ahead;
        Some(body)
    }

    /// A vector whose length stands before it in two bytes.
    pub fn vec16(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let length = ahead.u16()?;
        let body = ahead.take(length.into())?;
        *self = ahead;
        Some(body)
    }

    /// A vector whose length stands before it in three bytes.
    pub fn vec24(&mut self) -> Option<&'a [u8]> {
        let mut ahead = *self;
        let length = ahead.u24()?;
        let body = ahead.take(length)?;
        *self = ahead;
        Some(body)
    }
}
