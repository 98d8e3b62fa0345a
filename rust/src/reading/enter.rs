//! A batch of documents into the store: its pieces are read in parallel, and entered in their order by
//! one thread at a time while others read on. So numbers never depend on how many threads there were.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use regex::Regex;

use crate::reading::read::{NewDocument, PIECE_BYTES, Piece, ReadContent, Reader};
use crate::records::record::{Fields, Lines};
use crate::settings::Settings;
use crate::store::intern::Content;
use crate::store::known::RawTable;
use crate::store::spool::Leaving;
use crate::store::{Place, Store};

/// What reading some lines found.
#[derive(Default)]
pub struct LinesRead {
    /// Documents that were added.
    pub documents: usize,
    /// Numbers of the lines that are neither a record with a text nor blank.
    pub bad: Vec<u64>,
    /// The values of the extra fields of each document, one after the other, as they stand there.
    pub extras: Vec<Option<Vec<u8>>>,
}

/// What the pieces of a batch are read into, kept from batch to batch: allocating it anew each time left
/// holes in the memory of every thread.
#[derive(Default)]
pub struct Workspace {
    pieces: Vec<Mutex<Piece>>,
}

/// Adds documents to the store in their order.
///
/// `protect` marks the blocks that one of its matches in the document's text touches.
pub fn read_batch(
    store: &mut Store,
    workspace: &mut Workspace,
    documents: &[NewDocument<'_>],
    settings: &Settings,
    protect: Option<&Regex>,
) {
    let mut sources = documents.iter().map(|document| document.source);
    workspace.run(
        store,
        &cut_into_pieces(documents),
        |piece, raw_texts, documents| {
            let reader = Reader { raw_texts, settings, protect };
            for document in *documents {
                piece.read_document(&reader, document);
            }
        },
        |store, raw_texts, piece| {
            enter_piece(store, raw_texts, piece, |store, line| Place {
                name: store.name(sources.next().unwrap_or_default()),
                line,
            });
        },
    );
}

/// Adds the records of some lines to the store in their order.
pub fn read_lines(
    store: &mut Store,
    workspace: &mut Workspace,
    lines: &Lines<'_>,
    fields: &Fields<'_>,
    settings: &Settings,
    protect: Option<&Regex>,
) -> LinesRead {
    let mut found = LinesRead::default();
    let name = store.name(lines.name);
    workspace.run(
        store,
        &lines.cut(PIECE_BYTES),
        |piece, raw_texts, lines| {
            piece.read_lines(&Reader { raw_texts, settings, protect }, lines, fields);
        },
        |store, raw_texts, piece| {
            enter_piece(store, raw_texts, piece, |_, line| Place { name, line });
            found.documents += piece.documents.len();
            found.bad.append(&mut piece.bad);
            found.extras.append(&mut piece.extras);
        },
    );
    found
}

impl Workspace {
    /// Reads each item into a piece, and enters the pieces in the items' order.
    fn run<T: Sync>(
        &mut self,
        store: &mut Store,
        items: &[T],
        read: impl Fn(&mut Piece, &RawTable, &T) + Sync,
        enter: impl FnMut(&mut Store, &RawTable, &mut Piece) + Send,
    ) {
        if self.pieces.len() < items.len() {
            self.pieces.resize_with(items.len(), Mutex::default);
        }
        let mut raw_texts = std::mem::take(&mut store.raw_texts);
        let mut leaving = store.tokens.leave();
        let write = |leaving: &mut Option<Leaving>| leaving.iter_mut().for_each(Leaving::write);
        let queue = Queue {
            pieces: &self.pieces[..items.len()],
            are_read: items.iter().map(|_| AtomicBool::new(false)).collect(),
            raw_texts: &raw_texts,
            turn: Mutex::new(Turn { next: 0, store, enter }),
        };
        let claimed = AtomicUsize::new(0);
        let work = || {
            while let number = claimed.fetch_add(1, Ordering::Relaxed)
                && let Some(item) = items.get(number)
            {
                let mut piece = queue.piece(number);
                piece.clear();
                read(&mut piece, &raw_texts, item);
                drop(piece);
                queue.are_read[number].store(true, Ordering::Release);
                queue.enter_what_is_read();
            }
        };
        if items.len() == 1 {
            // Threads would have to be woken for it.
            write(&mut leaving);
            work();
        } else {
            rayon::scope(|scope| {
                scope.spawn(|_| write(&mut leaving));
                for _ in 1..rayon::current_num_threads().min(items.len()) {
                    scope.spawn(|_| work());
                }
                work();
            });
        }
        let Turn { next, store, mut enter } =
            queue.turn.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(leaving) = leaving {
            store.tokens.arrive(leaving);
        }
        // Those for which there was no room: only now that nobody looks may the table grow.
        for piece in &mut self.pieces[next..items.len()] {
            let piece = piece.get_mut().unwrap_or_else(PoisonError::into_inner);
            raw_texts.reserve(piece.blocks.len());
            enter(store, &raw_texts, piece);
        }
        store.raw_texts = raw_texts;
    }
}

/// Pieces that are read in any order, and entered in theirs.
struct Queue<'a, 'b, E> {
    pieces: &'a [Mutex<Piece>],
    are_read: Vec<AtomicBool>,
    raw_texts: &'a RawTable,
    turn: Mutex<Turn<'b, E>>,
}

/// Whoever holds it enters the next piece.
struct Turn<'b, E> {
    next: usize,
    store: &'b mut Store,
    enter: E,
}

impl<E: FnMut(&mut Store, &RawTable, &mut Piece)> Queue<'_, '_, E> {
    fn piece(&self, number: usize) -> impl std::ops::DerefMut<Target = Piece> {
        // A thread that panicked takes the others with it when the scope ends.
        self.pieces[number].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_read(&self, number: usize) -> bool {
        self.are_read.get(number).is_some_and(|is_read| is_read.load(Ordering::Acquire))
    }

    /// Enters the pieces whose turn it is, unless another thread does.
    fn enter_what_is_read(&self) {
        while let Ok(mut turn) = self.turn.try_lock() {
            while self.is_read(turn.next) {
                let mut piece = self.piece(turn.next);
                if !self.raw_texts.has_room(piece.blocks.len()) {
                    return;
                }
                let Turn { next, store, enter } = &mut *turn;
                enter(store, self.raw_texts, &mut piece);
                *next += 1;
            }
            let next = turn.next;
            drop(turn);
            // One that was read before the turn was free again found it taken.
            if !self.is_read(next) {
                return;
            }
        }
    }
}

/// Appends a piece's documents to the store; `place` says where one came from, by its line.
fn enter_piece(
    store: &mut Store,
    raw_texts: &RawTable,
    piece: &Piece,
    mut place: impl FnMut(&mut Store, u64) -> Place,
) {
    for block in &piece.blocks {
        if let ReadContent::New { raw_hash, fingerprint, .. } = block.content {
            raw_texts.fetch(raw_hash);
            store.node_table.fetch(fingerprint);
        }
    }
    let (mut next_block, mut id_start) = (0, 0);
    let (mut token_start, mut text_start, mut normal_start) = (0, 0, 0);
    for document in &piece.documents {
        for block in &piece.blocks[next_block..document.block_end] {
            let variant = match block.content {
                ReadContent::Known(variant) => variant,
                ReadContent::New {
                    raw_hash,
                    fingerprint,
                    count,
                    token_end,
                    text_end,
                    normal_end,
                } => {
                    let tokens = &piece.tokens[token_start..token_end];
                    let text = &piece.texts[text_start..text_end];
                    let normal = &piece.normals[normal_start..normal_end];
                    (token_start, text_start, normal_start) = (token_end, text_end, normal_end);
                    let content = Content { fingerprint, count, tokens, text, normal };
                    store.variant_of(raw_texts, raw_hash, &content)
                }
            };
            store.push_block(variant, block.start, block.end, block.layout);
        }
        next_block = document.block_end;
        let id = &piece.ids[id_start..document.id_end];
        id_start = document.id_end;
        let place = place(store, document.line);
        store.end_document(id, place, document.characters);
    }
}

fn cut_into_pieces<'a, 'b>(documents: &'b [NewDocument<'a>]) -> Vec<&'b [NewDocument<'a>]> {
    let mut pieces = Vec::new();
    let (mut start, mut bytes) = (0, 0);
    for (number, document) in documents.iter().enumerate() {
        bytes += document.text.len();
        if bytes >= PIECE_BYTES {
            pieces.push(&documents[start..=number]);
            (start, bytes) = (number + 1, 0);
        }
    }
    if start < documents.len() {
        pieces.push(&documents[start..]);
    }
    pieces
}
