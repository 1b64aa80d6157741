/**
 * Names of companies as they can be compared: one form of letters, without the legal form, Latin and
 * Chinese apart because many companies have both. Pure.
 */
import simplifications from 'opencc-js/dict/TSCharacters'

/** A name made comparable. */
export interface ComparableName {
  /** Latin words without digits, in their order. */
  readonly words: readonly string[]
  /** Chinese characters, simplified. */
  readonly han: string
  /** Words with digits, sorted: "Plant 2" is not "Plant 3". */
  readonly numbers: string
}

/** Words that say what kind of company it is; at the end of a name they say nothing of who it is. */
const latinForms = new Set(
  `ltd limited inc incorporated corp corporation co company companies llc llp lp plc pllc gmbh ag kg
  kgaa ohg gbr mbh ug ev se sa sas sarl sasu srl spa snc bv nv vof oy oyj ab as asa aps pty pte kk gk
  sro doo dd zoo sp lda ltda eirl cv sdn bhd pt tbk jsc ooo pvt holding and und et y e`.split(
    /\s+/,
  ),
)

/** The same in Chinese and Japanese, after simplification, the longest first. */
const hanForms = [
  '股份有限公司',
  '有限责任公司',
  '股份公司',
  '有限公司',
  '株式会社',
  '有限会社',
  '股公司',
  '公司',
]

const simplified: ReadonlyMap<string, string> = new Map(
  simplifications.split('|').map((pair): [string, string] => {
    const [traditional = '', simple = ''] = pair.split(' ')
    return [traditional, simple]
  }),
)

/** Character by character, both sides alike: which word is meant does not matter to compare. */
const toSimplified = (text: string): string =>
  text.replace(/\p{Script=Han}/gu, (character) => simplified.get(character) ?? character)

/** Full width to half, one case, no accents, simplified characters. */
export function normalised(text: string): string {
  const folded = text
    .normalize('NFKC')
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .replaceAll('ø', 'o')
    .replaceAll('ł', 'l')
    .normalize('NFD')
    .replace(/(?<=\p{Script=Latin})\p{M}+/gu, '')
    .normalize('NFC')
  return toSimplified(folded)
}

/**
 * A legal form that a company adds, as it is looked for in names: written like them, in one piece, so
 * that "S. de R.L." is found however it is spaced.
 */
export const comparableForm = (text: string): string =>
  normalised(text).replace(/[^\p{L}\p{N}]/gu, '')

/** `moreForms` are legal forms that a company adds: whole words, or the end of a Chinese name. */
export function comparableName(
  name: string,
  moreForms: ReadonlySet<string> = new Set(),
): ComparableName {
  // A number in brackets counts records of one customer; other words there belong to the name.
  const text = normalised(name).replace(/\(\s*\d{1,3}\s*\)/g, ' ')
  const han = withoutHanForm((text.match(/\p{Script=Han}+/gu) ?? []).join(''), moreForms)
  const words = joinedInitials(
    text
      .replace(/\p{Script=Han}+/gu, ' ')
      .replace(/['’`.]/g, '')
      .match(/[\p{L}\p{N}]+/gu) ?? [],
  )
  const kept = withoutLatinForms(words, moreForms)
  return {
    words: kept.filter((word) => !/\d/.test(word)),
    han,
    numbers: kept
      .filter((word) => /\d/.test(word))
      .toSorted()
      .join(' '),
  }
}

/** `g m b h` was "G m b H": one word. */
function joinedInitials(words: readonly string[]): readonly string[] {
  const joined: string[] = []
  let initials = ''
  const flush = () => {
    if (initials !== '') joined.push(initials)
    initials = ''
  }
  for (const word of words) {
    if (word.length === 1 && !/\d/.test(word)) initials += word
    else {
      flush()
      joined.push(word)
    }
  }
  flush()
  return joined
}

/** A legal form has no more words than this. */
const maxFormWords = 5

/** From the end on, and never all of it. */
function withoutLatinForms(
  words: readonly string[],
  moreForms: ReadonlySet<string>,
): readonly string[] {
  let end = words.length
  while (end > 0) {
    const length = formLength(words.slice(0, end), moreForms)
    if (length === 0) return words.slice(0, end)
    end -= length
  }
  return words
}

/** With how many words a name ends in a legal form; the common ones are one word each. */
function formLength(words: readonly string[], moreForms: ReadonlySet<string>): number {
  if (latinForms.has(words.at(-1) ?? '')) return 1
  const most = moreForms.size === 0 ? 0 : Math.min(maxFormWords, words.length)
  for (let length = 1; length <= most; length += 1)
    if (moreForms.has(words.slice(-length).join(''))) return length
  return 0
}

function withoutHanForm(han: string, moreForms: ReadonlySet<string>): string {
  for (const form of [...hanForms, ...moreForms]) {
    if (han.length <= form.length) continue
    if (han.endsWith(form)) return han.slice(0, -form.length)
    if (han.startsWith(form)) return han.slice(form.length)
  }
  return han
}
