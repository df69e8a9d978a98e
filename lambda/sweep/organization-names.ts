import {
  ListAccountsForParentCommand,
  ListOrganizationalUnitsForParentCommand,
  ListRootsCommand,
  type OrganizationsClient,
} from '@aws-sdk/client-organizations';
import type { Names } from '../directory/names.ts';
import type { NamesFetch } from './refresh-names.ts';

/** What accounts in no organizational unit are in. */
const ROOT = 'Root';

/** An organizational unit, or the root, of which a part is still to be listed. */
interface Parent {
  readonly id: string;
  /** Names from the outermost unit; empty for the root. */
  readonly path: string;
  readonly what: 'accounts' | 'units';
  readonly token?: string;
}

/**
 * The names of all accounts of the organization and of the units that they are in, unit by unit: a call for a page of
 * accounts or of units. ("AWS Organizations API reference": an empty page may have a next one.)
 */
export class OrganizationNames implements NamesFetch {
  readonly #client: OrganizationsClient;
  readonly #accounts: Names['accounts'] = {};
  #parents: Parent[] | undefined;

  constructor(client: OrganizationsClient) {
    this.#client = client;
  }

  get names(): Names {
    return { accounts: this.#accounts, users: {} };
  }

  /** @throws the SDK's errors; Error for an organization that has no account, which there can't be. */
  async step(): Promise<'more' | 'done'> {
    if (this.#parents === undefined) {
      const { Roots = [] } = await this.#client.send(new ListRootsCommand({}));
      this.#parents = Roots.flatMap(({ Id }) => (Id === undefined ? [] : bothOf(Id, '')));
      return 'more';
    }
    const parent = this.#parents.pop();
    if (parent === undefined) {
      if (Object.keys(this.#accounts).length === 0) throw new Error('Organizations named no account');
      return 'done';
    }
    const next = parent.what === 'accounts' ? await this.#listAccounts(parent) : await this.#listUnits(parent);
    if (next !== undefined) this.#parents.push({ ...parent, token: next });
    return 'more';
  }

  async #listAccounts({ id, path, token }: Parent): Promise<string | undefined> {
    const { Accounts = [], NextToken } = await this.#client.send(
      new ListAccountsForParentCommand({ ParentId: id, NextToken: token }),
    );
    for (const { Id, Name } of Accounts) {
      if (Id !== undefined && Name) this.#accounts[Id] = { name: cut(Name), ou: path === '' ? ROOT : path };
    }
    return NextToken;
  }

  async #listUnits({ id, path, token }: Parent): Promise<string | undefined> {
    const { OrganizationalUnits = [], NextToken } = await this.#client.send(
      new ListOrganizationalUnitsForParentCommand({ ParentId: id, NextToken: token }),
    );
    for (const { Id, Name } of OrganizationalUnits) {
      if (Id === undefined) continue;
      this.#parents?.push(...bothOf(Id, [path, cut(Name ?? Id)].filter((part) => part !== '').join('/')));
    }
    return NextToken;
  }
}

function bothOf(id: string, path: string): Parent[] {
  return [
    { id, path, what: 'accounts' },
    { id, path, what: 'units' },
  ];
}

/** AWS bounds names to 50 and 128 characters: what is kept is bounded whatever comes. */
function cut(name: string): string {
  return name.slice(0, 128);
}
