/** The command lines of the benchmarks: `--help` says what each takes, and what is unknown is named. */
import { Command, InvalidArgumentError, Option } from 'commander'

/** A benchmark by the name of its npm script. */
export const benchmark = (script: string, description: string): Command =>
  new Command(`npm run ${script} --`).description(description)

export interface QuickOption {
  readonly quick?: boolean
}

export const quick = (): Option =>
  new Option('--quick', 'the same with less of everything, to see that it works')

/** `--only a,b`: some of what is known, by name; all of it by default. */
export const someOf = (flag: string, what: string, known: readonly string[]): Option =>
  new Option(`${flag} <names>`, `only these ${what}, with commas between: ${known.join(', ')}`)
    .argParser((text) => {
      const names = text.split(',')
      const unknown = names.filter((name) => !known.includes(name))
      if (unknown.length > 0) {
        const listed = unknown.map((name) => `"${name}"`).join(', ')
        throw new InvalidArgumentError(`${listed} is none of the ${what}: ${known.join(', ')}.`)
      }
      return names
    })
    .default(known, 'all')
