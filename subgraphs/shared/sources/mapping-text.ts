/**
 * The text of a mapping: one SELECT of the source's dialect, taken apart where it says `:name`. Knows
 * what is no parameter there: literals, quoted names, comments, `::type`, dollar quotes. Must not know
 * any relation.
 */
import type { SourceKind } from './connection.ts'

export interface MappingText {
  /** One more than there are parameters; between two of them stands a parameter. */
  readonly fragments: readonly string[]
  /** The names of the parameters in their order; a name may come again. */
  readonly parameters: readonly NamedPlace[]
  /** What stands there to be looked at: comments as a blank, literals as `''`, parameters as `?`. */
  readonly plain: string
}

export interface NamedPlace {
  readonly name: string
  /** From 1. */
  readonly line: number
}

export interface TextProblem {
  readonly line: number
  readonly message: string
}

export interface ScannedText extends MappingText {
  readonly problems: readonly TextProblem[]
}

/** What stands where a scan is, from its first character to the one after its last. */
interface Piece {
  readonly end: number
  readonly kind: 'plain' | 'literal' | 'comment' | 'parameter' | 'placeholder' | 'semicolon'
  /** What is wrong with it. */
  readonly problem?: string
}

export function scanMapping(text: string, kind: SourceKind): ScannedText {
  const fragments: string[] = []
  const parameters: NamedPlace[] = []
  const problems: TextProblem[] = []
  const lineAt = lineCounter(text)
  let from = 0
  let plainText = ''
  let ended: number | null = null
  let isEmpty = true
  for (let at = 0; at < text.length;) {
    const piece = pieceAt(text, at, kind)
    const isBlank = piece.kind === 'comment' || /\s/.test(text[at] ?? '')
    if (piece.problem !== undefined) problems.push({ line: lineAt(at), message: piece.problem })
    if (ended !== null && !isBlank && piece.kind !== 'semicolon') {
      problems.push({
        line: lineAt(at),
        message: 'a mapping is one SELECT: nothing follows its ";"',
      })
      break
    }
    if (isEmpty && !isBlank) {
      isEmpty = false
      if (!/^\(*\s*(select|with)\b/i.test(text.slice(at))) {
        problems.push({ line: lineAt(at), message: 'a mapping begins with SELECT or WITH' })
      }
    }
    if (piece.kind === 'semicolon') ended ??= at
    else if (ended === null) plainText += plainOf(piece, text.slice(at, piece.end))
    if (piece.kind === 'parameter') {
      fragments.push(text.slice(from, at))
      parameters.push({ name: text.slice(at + 1, piece.end), line: lineAt(at) })
      from = piece.end
    }
    at = piece.end
  }
  fragments.push(text.slice(from, ended ?? text.length))
  if (isEmpty) problems.push({ line: 1, message: 'the file has no SELECT' })
  return { fragments, parameters, plain: plainText, problems }
}

function plainOf({ kind }: Piece, text: string): string {
  switch (kind) {
    case 'comment':
      return ' '
    case 'literal':
      return "''"
    case 'parameter':
      return '?'
    case 'plain':
    case 'placeholder':
    case 'semicolon':
      return text
  }
}

function pieceAt(text: string, at: number, kind: SourceKind): Piece {
  const [here, next] = [text[at] ?? '', text[at + 1] ?? '']
  switch (here) {
    case "'":
      return { ...quoted(text, at, here, hasBackslashes(text, at, kind)), kind: 'literal' }
    case '"':
      return quoted(text, at, here, kind === 'mysql')
    case '`':
      return kind === 'postgresql' ? plain(at + 1) : quoted(text, at, here, false)
    case '[':
      return kind === 'sqlite' ? until(text, at, ']', '"[" is not closed') : plain(at + 1)
    case '#':
      return kind === 'mysql' ? lineComment(text, at) : plain(at + 1)
    case '-':
      return next === '-' && startsComment(text, at, kind) ? lineComment(text, at) : plain(at + 1)
    case '/':
      return next === '*' ? blockComment(text, at, kind) : plain(at + 1)
    case '$':
      return kind === 'postgresql' ? dollar(text, at) : marker(text, at, kind)
    case '?':
    case '@':
      return marker(text, at, kind)
    case ':':
      return colon(text, at)
    case ';':
      return { kind: 'semicolon', end: at + 1 }
    default:
      return plain(at + wordLength(text, at))
  }
}

const plain = (end: number): Piece => ({ kind: 'plain', end })

/** A whole word, so that `E'…'` and `a$1` are seen as what they are. */
function wordLength(text: string, at: number): number {
  word.lastIndex = at
  return Math.max(1, word.exec(text)?.[0].length ?? 1)
}

const word = /[\p{L}\p{N}_](?:[\p{L}\p{N}_$]*)/uy

/** MySQL's backslashes escape; PostgreSQL's do after `E`. */
const hasBackslashes = (text: string, at: number, kind: SourceKind): boolean =>
  kind === 'mysql' ||
  (kind === 'postgresql' && /(^|[^\p{L}\p{N}_$])e$/iu.test(text.slice(0, at).slice(-2)))

function quoted(text: string, at: number, quote: string, escapes: boolean): Piece {
  for (let to = at + 1; to < text.length; to += 1) {
    if (escapes && text[to] === '\\') to += 1
    else if (text[to] === quote) {
      if (text[to + 1] !== quote) return plain(to + 1)
      to += 1
    }
  }
  return { kind: 'plain', end: text.length, problem: `a ${quote} is not closed` }
}

function until(text: string, at: number, close: string, problem: string): Piece {
  const to = text.indexOf(close, at + 1)
  return to < 0 ? { kind: 'plain', end: text.length, problem } : plain(to + close.length)
}

/** In MySQL `5--3` is 8. */
const startsComment = (text: string, at: number, kind: SourceKind): boolean =>
  kind !== 'mysql' || at + 2 >= text.length || /[\s]/.test(text[at + 2] ?? '')

function lineComment(text: string, at: number): Piece {
  const to = text.indexOf('\n', at)
  return { kind: 'comment', end: to < 0 ? text.length : to }
}

function blockComment(text: string, at: number, kind: SourceKind): Piece {
  // `/*! … */` is no comment to MySQL but a statement.
  if (kind === 'mysql' && /^\/\*(!|M!)/.test(text.slice(at, at + 4))) {
    return {
      kind: 'comment',
      end: at + 3,
      problem: 'a comment that MySQL would run is not allowed',
    }
  }
  let depth = 0
  for (let to = at; to < text.length; to += 1) {
    const pair = text.slice(to, to + 2)
    if (pair === '/*' && (depth === 0 || kind === 'postgresql')) {
      depth += 1
      to += 1
    } else if (pair === '*/') {
      depth -= 1
      to += 1
      if (depth === 0) return { kind: 'comment', end: to + 1 }
    }
  }
  return { kind: 'comment', end: text.length, problem: 'a comment is not closed' }
}

/** PostgreSQL: `$$ … $$`, `$tag$ … $tag$`, or a numbered parameter, which is ours to write. */
function dollar(text: string, at: number): Piece {
  const [open] = /^\$(?:[\p{L}_][\p{L}\p{N}_]*)?\$/u.exec(text.slice(at)) ?? []
  if (open === undefined) return marker(text, at, 'postgresql')
  const to = text.indexOf(open, at + open.length)
  return to < 0
    ? { kind: 'plain', end: text.length, problem: `${open} is not closed` }
    : { kind: 'literal', end: to + open.length }
}

/** Placeholders of the database itself: only `:name` says what is bound. */
function marker(text: string, at: number, kind: SourceKind): Piece {
  const here = text[at] ?? ''
  const isOwn =
    (here === '$' && /^\$\d/.test(text.slice(at, at + 2))) ||
    (here === '?' && kind !== 'postgresql') ||
    (kind === 'sqlite' && /^[$@][\p{L}_]/u.test(text.slice(at, at + 2))) ||
    (kind === 'mysql' && here === '@')
  return isOwn
    ? { kind: 'placeholder', end: at + 1, problem: `"${here}" is no parameter here: write :name` }
    : plain(at + 1)
}

function colon(text: string, at: number): Piece {
  if (text[at + 1] === ':' || text[at + 1] === '=') return plain(at + 2)
  const [name] = /^:[A-Za-z_]\w*/.exec(text.slice(at)) ?? []
  return name === undefined ? plain(at + 1) : { kind: 'parameter', end: at + name.length }
}

/** The line of a place, from 1; places come in order. */
function lineCounter(text: string): (at: number) => number {
  let [line, seen] = [1, 0]
  return (at) => {
    for (; seen < at; seen += 1) if (text[seen] === '\n') line += 1
    return line
  }
}
