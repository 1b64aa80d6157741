/** The examples of a document: its fenced blocks. */

/** What stands in the blocks that open with this, such as `sh` or `js open.mjs`, in their order. */
export const fenced = (markdown: string, opening: string): readonly string[] =>
  [...markdown.matchAll(/^```([^\n]*)\n(.*?)^```$/gms)].flatMap(([, opened, text = '']) =>
    opened === opening ? [text] : [],
  )
