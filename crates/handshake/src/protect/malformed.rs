//! Records of a block cipher that are wrong in one chosen way (Merget et al., "Scalable Scanning and Automatic
//! Classification of TLS Padding Oracle Vulnerabilities", USENIX Security 2019, section 4). A sound server answers all
//! but the sound one alike.

use holter_wire::Version;

/// What is wrong with a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Malformed {
    /// Nothing: the control.
    Sound,
    /// The padding's filler is wrong in its first byte; its length and the tag are right. Accepting it is TLS POODLE
    /// (CVE-2014-8730).
    Filler,
    /// All of the padding's filler is zero, as SSLv3 lets it be; its length and the tag are right.
    Ssl3Filler,
    /// The padding claims to be longer than the record. The tag is right.
    Padding,
    /// The tag is wrong in its first byte; the padding is right.
    TagStart,
    /// The tag is wrong in its last byte; the padding is right.
    TagEnd,
    /// The tag is wrong and so is the padding's filler.
    FillerAndTag,
    /// No text and no tag: nothing but sound padding, in as many blocks as a record without text has (CVE-2016-2107 says
    /// `record_overflow` to it).
    OnlyPadding,
    /// No text and no tag: nothing but bytes that are no padding either.
    NoPadding,
    /// No text, a wrong tag and sound padding (CVE-2019-1559, where a second record shows the difference).
    EmptyAndTag,
}

impl Malformed {
    /// Every way, the sound one first.
    pub const ALL: [Self; 10] = [
        Self::Sound,
        Self::Filler,
        Self::Ssl3Filler,
        Self::Padding,
        Self::TagStart,
        Self::TagEnd,
        Self::FillerAndTag,
        Self::OnlyPadding,
        Self::NoPadding,
        Self::EmptyAndTag,
    ];

    /// What is encrypted in place of text, tag and padding.
    pub(super) fn data(self, text: &[u8], tag: &[u8], block: usize, version: Version) -> Option<Vec<u8>> {
        let text = match self {
            Self::OnlyPadding | Self::NoPadding | Self::EmptyAndTag => &[],
            _ => text,
        };
        let mut tag = tag.to_vec();
        if matches!(self, Self::TagStart | Self::FillerAndTag | Self::EmptyAndTag) {
            *tag.first_mut()? ^= 0x01;
        }
        if self == Self::TagEnd {
            *tag.last_mut()? ^= 0x01;
        }
        let length = text.len() + tag.len();
        // A block more than needed gives the filler room; SSLv3 allows less than one block.
        let room = if version > Version::SSL3 { block } else { 0 };
        let padding = block - length % block + room;
        let count = u8::try_from(padding - 1).ok()?;
        let mut data = [text, &tag].concat();
        match self {
            Self::OnlyPadding => {
                let whole = data.len() + padding;
                let count = u8::try_from(whole - 1).ok()?;
                return Some(vec![count; whole]);
            }
            Self::NoPadding => return Some(vec![0xff; data.len() + padding]),
            Self::Padding => data.extend(std::iter::repeat_n(0xff, padding)),
            Self::Ssl3Filler => {
                data.extend(std::iter::repeat_n(0, padding - 1));
                data.push(count);
            }
            _ => data.extend(std::iter::repeat_n(count, padding)),
        }
        if matches!(self, Self::Filler | Self::FillerAndTag) {
            *data.get_mut(length)? ^= 0x80;
        }
        Some(data)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_wrong_in_its_own_way_and_of_whole_blocks() {
        let mut seen: Vec<Vec<u8>> = Vec::new();
        for way in Malformed::ALL {
            let data = way.data(b"GET / HTTP/1.1", &[7; 20], 16, Version::TLS12).unwrap();
            assert_eq!(data.len() % 16, 0, "{way:?}");
            assert!(!seen.contains(&data), "{way:?}");
            seen.push(data);
        }
        assert!(seen[0].ends_with(&[29; 30]));
        assert!(seen[1].ends_with(&[29; 29]));
    }
}
