/** What the documents claim that a program can check. Used by `npm run check:docs` and by a test. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { errorCodes } from '#shared/errors.ts'
import { fenced } from '../support/fenced.ts'

export const root = join(import.meta.dirname, '../..')
const read = (path: string) => readFileSync(join(root, path), 'utf8')

export const documents = (): readonly string[] =>
  globSync(['*.md', '{docs,gateway,subgraphs,test}/**/*.md'], {
    cwd: root,
    exclude: ['**/node_modules/**'],
  }).toSorted()

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

/** npm scripts that CONTRIBUTING does not name; npm runs `prepack` by itself. */
export function undocumentedScripts(): readonly string[] {
  const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> } // our own file
  const text = read('CONTRIBUTING.md')
  return Object.keys(scripts).filter(
    (name) => name !== 'prepack' && !new RegExp(`[\\s\`]${name}\``).test(text),
  )
}

/** Licences of what is installed to run Isthmus that the README does not name. */
export function unnamedLicences(): readonly string[] {
  const { packages } = JSON.parse(read('package-lock.json')) as {
    packages: Record<string, { license?: string; dev?: boolean }>
  } // npm's own file; it knows no licence of a package for another platform
  const licences = Object.values(packages)
    .filter(({ dev }) => dev !== true)
    .flatMap(({ license = '' }) => license.match(/[\w.-]*\d[\w.-]*|MIT|ISC|\w*BSD[\w-]*/g) ?? [])
  const readme = read('README.md').replaceAll('Elastic License 2.0', 'Elastic-2.0')
  const named = (licence: string) => readme.includes(licence.includes('BSD') ? 'BSD' : licence)
  return [...new Set(licences)].filter((licence) => !named(licence))
}

/** The shell lines of the README's fenced examples. */
export const readmeCommands = (): readonly string[] =>
  fenced(read('README.md'), 'sh').flatMap((block) =>
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
    ...undocumentedScripts().map((name) => `CONTRIBUTING.md does not name the script: ${name}`),
    ...unnamedLicences().map((licence) => `README.md does not name the licence: ${licence}`),
    ...(normal(errors) === normal(errorsDocument())
      ? []
      : ['docs/errors.md is stale: npm run docs:errors']),
  ]
}
