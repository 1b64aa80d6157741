/**
 * 'Moving from ApolloGateway', done: the package is packed, put into a small Apollo project outside the
 * repository, and the page's one line is changed. Its dependencies are linked, so no network is used.
 */
import assert from 'node:assert/strict'
import { execFile, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { fenced } from '../support/fenced.ts'
import { startShop, type Shop } from '../support/shop.ts'
import { root } from './documents.ts'

const run = promisify(execFile)
const installed = join(root, 'node_modules')

/** The examples of the page in the given language, in their order. */
const examples = (language: string): readonly string[] =>
  fenced(readFileSync(join(root, 'docs/moving-from-apollo-gateway.md'), 'utf8'), language)

/** Everything that is installed here but the package itself, which is a real folder. */
function linkDependencies(folder: string): void {
  const names = readdirSync(installed).flatMap((name) =>
    name.startsWith('@')
      ? readdirSync(join(installed, name)).map((inner) => `${name}/${inner}`)
      : [name],
  )
  for (const name of names.filter((each) => !each.startsWith('.'))) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    symlinkSync(join(installed, name), join(folder, name))
  }
}

describe('the package in a project of its own', () => {
  const project = mkdtempSync(join(tmpdir(), 'isthmus-packed-'))
  let shop: Shop

  before(async () => {
    shop = await startShop()
    const built = join(root, 'dist')
    const wasThere = existsSync(built)
    const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', project], {
      cwd: root,
    }).finally(() => {
      if (!wasThere) rmSync(built, { recursive: true, force: true })
    })
    const [packed] = JSON.parse(stdout.slice(stdout.indexOf('['))) as [{ filename: string }] // npm's report
    const modules = join(project, 'node_modules')
    linkDependencies(modules)
    await run('tar', ['-xzf', join(project, packed.filename), '-C', project])
    await run('mv', [join(project, 'package'), join(modules, 'isthmus')])
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
    writeFileSync(join(project, 'supergraph.graphql'), shop.supergraphSdl)
  })
  after(async () => {
    await shop[Symbol.asyncDispose]()
    rmSync(project, { recursive: true })
  })

  /** Runs a program until it says where it listens, asks it, and stops it. */
  async function ask(args: readonly string[], ...queries: readonly string[]): Promise<unknown[]> {
    const child = spawn(process.execPath, args, {
      cwd: project,
      env: { PATH: process.env['PATH'] ?? '', PORT: '0', APOLLO_TELEMETRY_DISABLED: '1' },
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const exited = once(child, 'exit')
    try {
      let said = ''
      for await (const chunk of child.stdout) {
        said += String(chunk)
        const [url] = /http:\S+/.exec(said) ?? []
        if (url === undefined) continue
        const answers: unknown[] = []
        for (const query of queries) {
          const response = await fetch(url.replace('[::]', '127.0.0.1'), {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ query }),
          })
          answers.push(await response.json())
        }
        return answers
      }
      throw new Error(`it ended: ${said}`)
    } finally {
      child.kill()
      await exited
    }
  }

  const server = (name: string, text: string): readonly string[] => {
    writeFileSync(join(project, name), text)
    return [name]
  }

  it('answers the same after the page’s one line is changed, and rightly where Apollo did not', async () => {
    const [program = '', line = ''] = examples('js')
    const lines = program.split('\n')
    const at = lines.findIndex((each) => each.includes("from '@apollo/gateway'"))
    assert.notEqual(at, -1)
    const changed = lines.with(at, line.trim()).join('\n')
    const question = '{ me { name reviews { product { name shipping } } } }'
    const alias = '{ products(first: 1) { upc: name reviews { id } } }'
    const [[old], [now, right]] = await Promise.all([
      ask(server('before.js', program), question),
      ask(server('after.js', changed), question, alias),
    ])
    assert.deepEqual(now, old)
    assert.deepEqual(now, {
      data: {
        me: {
          name: 'Ann',
          reviews: [
            { product: { name: 'Table', shipping: 50 } },
            { product: { name: 'Couch', shipping: 0 } },
          ],
        },
      },
    })
    assert.deepEqual(right, {
      data: { products: [{ upc: 'Table', reviews: [{ id: 'r1' }, { id: 'r3' }] }] },
    })
  })

  it('has types that the page’s examples fit', async () => {
    const names = [...examples('ts').entries()].map(([at, text]) => {
      writeFileSync(join(project, `example-${at}.ts`), text)
      return `example-${at}.ts`
    })
    assert.ok(names.length > 0)
    const options = [
      '--noEmit',
      '--strict',
      '--module',
      'nodenext',
      '--target',
      'es2024',
      '--types',
      'node',
    ]
    const tsc = join(installed, 'typescript/bin/tsc')
    await run(process.execPath, [tsc, ...options, ...names], { cwd: project })
  })

  it('has a command line that finds what it reads', async () => {
    const { bin } = JSON.parse(
      readFileSync(join(project, 'node_modules/isthmus/package.json'), 'utf8'),
    ) as { bin: { isthmus: string } } // our own file
    const isthmus = join(project, 'node_modules/isthmus', bin.isthmus)
    const { stdout } = await run(process.execPath, [isthmus, 'compose', '--check'], {
      cwd: project,
    })
    assert.match(stdout, /fresh/)
    const serve = [
      isthmus,
      'serve',
      '--supergraph',
      'supergraph.graphql',
      '--port',
      '0',
      '--no-auth',
    ]
    const [answer] = await ask(serve, '{ me { name } }')
    assert.deepEqual(answer, { data: { me: { name: 'Ann' } } })
  })
})
