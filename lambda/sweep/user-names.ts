import { type IdentitystoreClient, ListUsersCommand } from '@aws-sdk/client-identitystore';
import { ListInstancesCommand, type SSOAdminClient } from '@aws-sdk/client-sso-admin';
import type { Names } from '../directory/names.ts';
import type { NamesFetch } from './refresh-names.ts';

/** The names of all users of IAM Identity Center by which they sign in, a page of a hundred a call. */
export class UserNames implements NamesFetch {
  readonly #admin: SSOAdminClient;
  readonly #store: IdentitystoreClient;
  readonly #users: Names['users'] = {};
  /** Identity stores whose users are still to be listed. */
  #left: { readonly id: string; readonly token?: string }[] | undefined;

  constructor(admin: SSOAdminClient, store: IdentitystoreClient) {
    this.#admin = admin;
    this.#store = store;
  }

  get names(): Names {
    return { accounts: {}, users: this.#users };
  }

  /** @throws the SDK's errors; Error where the region has no instance. */
  async step(): Promise<'more' | 'done'> {
    if (this.#left === undefined) {
      const { Instances = [] } = await this.#admin.send(new ListInstancesCommand({}));
      this.#left = Instances.flatMap(({ IdentityStoreId: id }) => (id === undefined ? [] : [{ id }]));
      if (this.#left.length === 0) {
        throw new Error('Identity Center has no instance in this region: set names.identityCenter.region');
      }
      return 'more';
    }
    const store = this.#left.pop();
    if (store === undefined) return 'done';
    const { id, token } = store;
    const { Users = [], NextToken } = await this.#store.send(
      new ListUsersCommand({ IdentityStoreId: id, NextToken: token, MaxResults: 100 }),
    );
    for (const { UserId, UserName, DisplayName } of Users) {
      const name = UserName || DisplayName;
      if (UserId !== undefined && name) this.#users[UserId] = name.slice(0, 128);
    }
    if (NextToken !== undefined) this.#left.push({ id, token: NextToken });
    return 'more';
  }
}
