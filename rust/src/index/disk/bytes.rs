//! Numbers in few bytes, and the error for bytes that no index wrote.

use std::io::{self, ErrorKind};

/// The error for a part of a file that is not as it was written.
#[must_use]
pub fn damaged(what: &str) -> io::Error {
    io::Error::new(ErrorKind::InvalidData, format!("{what} is damaged"))
}

/// Appends a number, seven bits a byte, the lowest ones first.
pub fn put(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends bytes, with how many they are before them.
pub fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Takes numbers and bytes from the front of a slice; whatever it holds, nothing is read beyond it.
pub struct Taker<'a> {
    rest: &'a [u8],
    what: &'static str,
}

impl<'a> Taker<'a> {
    /// From a slice; errors say that `what` is damaged.
    #[must_use]
    pub fn new(rest: &'a [u8], what: &'static str) -> Self {
        Self { rest, what }
    }

    /// Whether nothing is left.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// So many bytes.
    ///
    /// # Errors
    /// Where there are fewer.
    pub fn bytes(&mut self, count: usize) -> io::Result<&'a [u8]> {
        let (bytes, rest) = self.rest.split_at_checked(count).ok_or_else(|| damaged(self.what))?;
        self.rest = rest;
        Ok(bytes)
    }

    /// So many bytes as an array.
    ///
    /// # Errors
    /// Where there are fewer.
    pub fn array<const SIZE: usize>(&mut self) -> io::Result<[u8; SIZE]> {
        self.bytes(SIZE)?.try_into().map_err(|_| damaged(self.what))
    }

    /// What `put` appended.
    ///
    /// # Errors
    /// Where it is no such number.
    pub fn number(&mut self) -> io::Result<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let [byte] = self.array()?;
            number |= u64::from(byte & 0x7F) << shift;
            if byte < 0x80 {
                return Ok(number);
            }
        }
        Err(damaged(self.what))
    }

    /// A number of 32 bits.
    ///
    /// # Errors
    /// Where it is no such number.
    pub fn small(&mut self) -> io::Result<u32> {
        u32::try_from(self.number()?).map_err(|_| damaged(self.what))
    }

    /// What `put_bytes` appended.
    ///
    /// # Errors
    /// Where there are fewer bytes than it says.
    pub fn slice(&mut self) -> io::Result<&'a [u8]> {
        let count = self.number()?;
        self.bytes(usize::try_from(count).map_err(|_| damaged(self.what))?)
    }

    /// What `put_bytes` appended of a string.
    ///
    /// # Errors
    /// Where it is no UTF-8.
    pub fn text(&mut self) -> io::Result<&'a str> {
        std::str::from_utf8(self.slice()?).map_err(|_| damaged(self.what))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_is_put_is_taken_and_nothing_beyond() {
        let mut out = Vec::new();
        let numbers = [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX];
        for number in numbers {
            put(&mut out, number);
        }
        put_bytes(&mut out, "l’été".as_bytes());
        let mut taker = Taker::new(&out, "it");
        for number in numbers {
            assert_eq!(taker.number().unwrap(), number);
        }
        assert_eq!(taker.text().unwrap(), "l’été");
        assert!(taker.is_empty() && taker.number().is_err());
        assert!(Taker::new(&[0xFF; 20], "it").number().is_err());
        assert!(Taker::new(&[9, 1], "it").slice().is_err());
    }
}
