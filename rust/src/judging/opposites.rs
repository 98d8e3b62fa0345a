//! Words that say the opposite of each other: where one stands for the other, a text says another thing.
//!
//! Read by hand, of 30 removed texts in which an opposite stood for a word, with or without other changes, a fact
//! was lost with each.

use std::sync::LazyLock;

use crate::judging::word_set::WordSet;
use crate::tokens::hash::token_hash;

/// Pairs of words as they are folded, of eight languages; words that are numbers (first, second) are told as such.
const PAIRS: &str = "\
    minimum maximum, min max, minimal maximal, lower upper, low high, lowest highest, first last, next previous, \
    before after, left right, top bottom, horizontal vertical, horizontally vertically, row column, rows columns, \
    width height, increase decrease, increases decreases, increased decreased, read write, reads writes, \
    reading writing, input output, get set, gets sets, returns sets, true false, yes no, he she, his her, him her, \
    enable disable, enables disables, enabled disabled, start end, start stop, begin end, beginning end, open close, \
    opens closes, opened closed, add remove, adds removes, added removed, insert delete, show hide, shows hides, \
    public private, source destination, source target, client server, local remote, internal external, \
    single double, positive negative, up down, forward backward, encrypt decrypt, sent received, send receive, \
    sends receives, buyer seller, key value, import export, upload download, load save, parent child, \
    ascending descending, modified unmodified, with without, all none, inside outside, ancestor descendant, \
    lock unlock, odd even, northern southern, north south, east west, multiplication division, \
    gauche droite, avant apres, premier dernier, premiere derniere, minimale maximale, superieur inferieur, \
    superieure inferieure, haut bas, debut fin, ligne colonne, lignes colonnes, oui non, vrai faux, \
    activer desactiver, ajouter supprimer, entree sortie, lecture ecriture, ouvrir fermer, ouvert ferme, \
    precedent suivant, horizontale verticale, interne externe, acheteur vendeur, avec sans, \
    links rechts, linke rechte, linken rechten, oben unten, erste letzte, ersten letzten, vor nach, ja nein, \
    hinzufugen entfernen, offnen schliessen, zeile spalte, zeilen spalten, wahr falsch, aktivieren deaktivieren, \
    horizontal vertikal, horizontale vertikale, eingabe ausgabe, mit ohne, \
    izquierda derecha, izquierdo derecho, antes despues, primero ultimo, primera ultima, verdadero falso, \
    arriba abajo, superior inferior, inicio fin, fila columna, filas columnas, activar desactivar, \
    habilitar deshabilitar, obtener establecer, agregar eliminar, anadir eliminar, abrir cerrar, entrada salida, \
    anterior siguiente, \
    sinistra destra, prima dopo, primo ultimo, superiore inferiore, riga colonna, righe colonne, \
    attivare disattivare, aggiungere rimuovere, aprire chiudere, precedente successivo, \
    esquerda direita, antes depois, adicionar remover, entrada saida, linha coluna, linhas colunas, \
    eerste laatste, voor na, rij kolom, inschakelen uitschakelen, \
    минимум максимум, минимальныи максимальныи, левыи правыи, левая правая, верхнии нижнии, до после, \
    вход выход, включить выключить, открыть закрыть, \
    前 后, 前 後, 左 右, 男 女, 买 卖, 買 賣, 内 外, 增 减, 大 小, 高 低, 上 下, 进 出";

static WORDS: LazyLock<WordSet> =
    LazyLock::new(|| WordSet::of(PAIRS.split([',', ' ']).filter(|word| !word.is_empty())));

/// Each pair both ways, ascending.
static OPPOSITES: LazyLock<Vec<(u32, u32)>> = LazyLock::new(|| {
    let pairs = PAIRS.split(',').filter_map(|pair| pair.trim().split_once(' '));
    let hashed = |word: &str| token_hash(word.as_bytes()) & !1;
    let pairs = pairs.map(|(one, other)| (hashed(one), hashed(other)));
    let mut both: Vec<(u32, u32)> =
        pairs.flat_map(|(one, other)| [(one, other), (other, one)]).collect();
    both.sort_unstable();
    both
});

/// Whether a token has an opposite.
pub(crate) fn has_opposite(token: u32) -> bool {
    WORDS.has(token)
}

/// The opposites of a token.
pub(crate) fn opposites_of(token: u32) -> impl Iterator<Item = u32> {
    let first = OPPOSITES.partition_point(|&(one, _)| one < token);
    OPPOSITES[first..].iter().take_while(move |&&(one, _)| one == token).map(|&(_, other)| other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opposites_are_so_both_ways() {
        let hash = |word: &str| token_hash(word.as_bytes()) & !1;
        for (one, other) in [("minimum", "maximum"), ("before", "after"), ("左", "右")] {
            assert!(has_opposite(hash(one)) && has_opposite(hash(other)));
            for (one, other) in [(one, other), (other, one)] {
                assert!(opposites_of(hash(one)).any(|found| found == hash(other)));
            }
        }
        assert!(!opposites_of(hash("before")).any(|found| found == hash("left")));
        assert!(!has_opposite(hash("harbour")) && opposites_of(hash("harbour")).next().is_none());
    }
}
