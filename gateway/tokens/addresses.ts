/** Lists of IP addresses and CIDR ranges: whether one is well formed, and whether an address is in it. */
import { BlockList, isIP } from 'node:net'

export type AddressList = (address: string | undefined) => boolean

/** What is wrong with an entry, or null. */
export function addressProblem(entry: string): string | null {
  const [address = '', bits, ...more] = entry.split('/')
  const family = isIP(address)
  const isRange = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widthOf(family))
  return family !== 0 && isRange && more.length === 0 ? null : `"${entry}" is no address or range`
}

const widthOf = (family: number): number => (family === 4 ? 32 : 128)

/** The list as a question; entries have been checked. An unknown address is in no list. */
export function addressList(entries: readonly string[]): AddressList {
  if (entries.length === 0) return () => false
  const list = new BlockList()
  for (const entry of entries) {
    const [address = '', bits] = entry.split('/')
    const type = isIP(address) === 4 ? 'ipv4' : 'ipv6'
    if (bits === undefined) list.addAddress(address, type)
    else list.addSubnet(address, Number(bits), type)
  }
  return (address) => {
    const plain = plainAddress(address)
    const family = isIP(plain)
    return family !== 0 && list.check(plain, family === 4 ? 'ipv4' : 'ipv6')
  }
}

/** An IPv4 client of a socket that takes both is called `::ffff:192.0.2.1`. */
export const plainAddress = (address: string | undefined): string =>
  (address ?? '').replace(/^::ffff:(?=\d+\.)/i, '')
