/**
 * What a request brings to say who it is: one Authorization header and the client's address. Node
 * keeps the first of two such headers; a proxy may have kept the other one, so two are refused.
 */
import type { IncomingMessage } from 'node:http'
import { AppError } from '#shared/errors.ts'
import { plainAddress, type AddressList } from '../tokens/addresses.ts'
import { CallerRefused } from '../tokens/refused.ts'
import type { Credentials } from '../tokens/verified.ts'

export function credentialsOf(request: IncomingMessage, isProxy: AddressList): Credentials {
  let found = 0
  for (let at = 0; at < request.rawHeaders.length; at += 2) {
    if (request.rawHeaders[at]?.toLowerCase() === 'authorization') found += 1
  }
  if (found > 1) {
    throw new AppError('UNAUTHENTICATED', 'The request has no valid token.', {
      cause: new CallerRefused('DUPLICATE', 'more than one Authorization header'),
    })
  }
  return {
    authorization: request.headers.authorization,
    address: clientAddress(request, isProxy),
  }
}

/** Each proxy adds whom it was asked by to the end; what stands before the last stranger is hearsay. */
export function clientAddress(request: IncomingMessage, isProxy: AddressList): string {
  let address = plainAddress(request.socket.remoteAddress)
  if (!isProxy(address)) return address
  const told = request.headers['x-forwarded-for']
  const hops = (typeof told === 'string' ? told : '').split(',').map((each) => each.trim())
  while (isProxy(address)) {
    const next = hops.pop()
    if (next === undefined || next === '') return address
    address = plainAddress(next)
  }
  return address
}
