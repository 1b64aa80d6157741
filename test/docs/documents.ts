/** What the documents claim that a program can check. Used by `npm run check:docs` and by a test. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCodes } from '#shared/errors.ts'

export const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

export const documents = (): readonly string[] =>
  globSync(['*.md', 'docs/**/*.md', 'subgraphs/*/README.md'], { cwd: root }).toSorted()

/** docs/errors.md as the catalogue has it. */
export const errorsDocument = (): string => {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, meaning }]) => `| \`${code}\` | ${status} | ${meaning} |`,
  )
  return [
    '# Error codes',
    '',
    'Made from `subgraphs/shared/errors.ts` by `npm run docs:errors`; do not edit.',
    '',
    'Every error of an answer carries one of these in `extensions.code`, beside the `requestId` by which',
    'the log finds it. The status is that of the HTTP answer when the whole request is refused; an error',
    'inside an answer leaves it at 200.',
    '',
    '| code | status | meaning |',
    '| --- | --- | --- |',
    ...rows,
    '',
  ].join('\n')
}

/** Relative links that lead nowhere. */
export function brokenLinks(): readonly string[] {
  return documents().flatMap((document) =>
    [...read(document).matchAll(/\]\(([^)#\s]+)(?:#[^)]*)?\)/g)].flatMap(([, target = '']) =>
      /^[a-z]+:/.test(target) || existsSync(join(root, dirname(document), target))
        ? []
        : [`${document}: ${target}`],
    ),
  )
}

/** npm scripts that a document names and package.json does not have. */
export function unknownScripts(): readonly string[] {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> } // our own file
  return documents().flatMap((document) =>
    [...read(document).matchAll(/npm run (?:--silent )?([\w:-]+)/g)].flatMap(([, name = '']) =>
      name in scripts ? [] : [`${document}: npm run ${name}`],
    ),
  )
}

/** The shell lines of the README's fenced examples. */
export const readmeCommands = (): readonly string[] =>
  [...read('README.md').matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block = '']) =>
    block
      .replaceAll('\\\n', ' ')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '' && !line.startsWith('#')),
  )

export const documentProblems = (): readonly string[] => {
  const errors = existsSync(join(root, 'docs/errors.md')) ? read('docs/errors.md') : ''
  const normal = (text: string) =>
    text
      .replaceAll(/[ ]+\|/g, ' |')
      .replaceAll(/\| -+ /g, '| --- ')
      .trim()
  return [
    ...brokenLinks().map((problem) => `broken link: ${problem}`),
    ...unknownScripts().map((problem) => `unknown script: ${problem}`),
    ...(normal(errors) === normal(errorsDocument())
      ? []
      : ['docs/errors.md is stale: npm run docs:errors']),
  ]
}
