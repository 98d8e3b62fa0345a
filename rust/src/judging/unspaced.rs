//! Short texts of scripts that write no spaces: alike by their tokens as well as by their characters.
//!
//! In a normal form tokens stand apart by spaces. Where each is one character every second one is a
//! space, which both texts share: two of eleven characters that differ would look like two of
//! twenty-one. So the tokens of such texts must be as alike as the characters.

use crate::judging::common::common;
use crate::tokens::fold::{Class, fold};
use crate::tokens::token::TokenBuffer;

/// Whether two normal forms are alike by their tokens, or not both of such a script.
#[must_use]
pub fn are_alike_by_tokens(left: &str, right: &str, threshold: f64) -> bool {
    if !is_unspaced(left) || !is_unspaced(right) {
        return true;
    }
    let [one, other] = [left, right].map(|normal| {
        let mut buffer = TokenBuffer::default();
        // A normal form's tokens are the tokens it was made of.
        buffer.read(normal, false);
        buffer.hashes().to_vec()
    });
    let all = one.len() + other.len();
    let differing = all - 2 * common(&one, &other) as usize;
    1.0 - differing as f64 / all as f64 >= threshold
}

/// Whether half of the tokens or more are single characters of a script without spaces.
fn is_unspaced(normal: &str) -> bool {
    if normal.is_ascii() {
        return false;
    }
    let (mut tokens, mut singles) = (0, 0);
    for token in normal.split(' ') {
        let mut characters = token.chars();
        let mut single = false;
        if let (Some(first), None) = (characters.next(), characters.next()) {
            fold(first, |folded| single |= folded.class == Class::Single);
        }
        tokens += 1;
        singles += usize::from(single);
    }
    2 * singles >= tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spaces_between_single_characters_do_not_count() {
        let text = "担 任 师 级 职 务 的 五 十 五 岁";
        assert!(are_alike_by_tokens(text, &text.replace('师', "排"), 0.9));
        assert!(!are_alike_by_tokens(
            text,
            &text.replace('师', "排").replace("的 五", "的 三"),
            0.9
        ));
        assert!(are_alike_by_tokens("one of eleven words", "none at all", 0.9));
    }
}
