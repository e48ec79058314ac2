//! The 4,096-byte buffer that OpenSSL writes through while a handshake is under way (`BIO_f_buffer`).

const SIZE: usize = 4096;

/// Holds small records back until a larger one pushes them out.
#[derive(Debug, Default)]
pub(crate) struct WriteBuffer(Vec<u8>);

impl WriteBuffer {
    /// Takes a record; gives the bytes that go to the network now.
    pub(crate) fn write(&mut self, record: &[u8]) -> Vec<u8> {
        let room = SIZE.saturating_sub(self.0.len());
        if record.len() <= room {
            self.0.extend_from_slice(record);
            return Vec::new();
        }
        // As OpenSSL does it: a buffer that holds something is filled up and flushed; of what is left, a part that
        // would fill the buffer by itself is written directly and a smaller one starts the buffer anew.
        let mut out = std::mem::take(&mut self.0);
        let (fill, rest) = if out.is_empty() {
            (&[][..], record)
        } else {
            record.split_at(room)
        };
        out.extend_from_slice(fill);
        if rest.len() >= SIZE {
            out.extend_from_slice(rest);
        } else {
            self.0.extend_from_slice(rest);
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::WriteBuffer;

    #[test]
    fn a_record_of_4096_bytes_is_held_and_one_more_byte_is_not() {
        assert!(WriteBuffer::default().write(&[0; 4096]).is_empty());
        assert_eq!(WriteBuffer::default().write(&[0; 4097]).len(), 4097);
    }

    #[test]
    fn small_records_are_pushed_out_by_the_next() {
        let mut buffer = WriteBuffer::default();
        assert!(buffer.write(&[1; 40]).is_empty());
        assert_eq!(buffer.write(&[2; 4096]).len(), 4096);
        assert_eq!(
            buffer.write(&[3; 5000]).len(),
            4096,
            "944 bytes stay for the next"
        );
    }
}
