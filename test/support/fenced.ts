/** The examples of a document: its fenced blocks. */
import assert from 'node:assert/strict'

/** What stands in the blocks that open with this, such as `sh` or `js open.mjs`, in their order. */
export const fenced = (markdown: string, opening: string): readonly string[] =>
  [...markdown.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].flatMap(([, opened, text = '']) =>
    opened === opening ? [text] : [],
  )

/** The first of these blocks that holds a text; fails where there is none. */
export function blockOf(markdown: string, opening: string, holding = ''): string {
  const found = fenced(markdown, opening).find((text) => text.includes(holding))
  assert.ok(found, `no block of ${opening} with ${holding}`)
  return found
}
