// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

/// @title Who may stand beside whom
/// @notice Checked at creation, at every rotation and whenever a seat is taken.
library Roles {
    /// @notice Thrown when a role is the zero address, the token or the agreement itself; or the token is zero.
    error RoleIsNotAPerson(address role);
    /// @notice Thrown when the provider and the client are the same.
    error PartiesAreTheSame(address party);
    /// @notice Thrown when the arbiter is a party or the oracle.
    error ArbiterIsNotNeutral(address arbiter);

    /// @notice Revert unless the roles are distinct enough to be honest. The oracle may be a party's.
    function check(
        address provider,
        address client,
        address oracle,
        address arbiter,
        address token,
        address agreement
    ) internal pure {
        if (token == address(0)) revert RoleIsNotAPerson(token);
        _checkPerson(provider, token, agreement);
        _checkPerson(client, token, agreement);
        _checkPerson(oracle, token, agreement);
        _checkPerson(arbiter, token, agreement);
        if (provider == client) revert PartiesAreTheSame(provider);
        if (arbiter == provider || arbiter == client || arbiter == oracle) revert ArbiterIsNotNeutral(arbiter);
    }

    function _checkPerson(address role, address token, address agreement) private pure {
        if (role == address(0) || role == token || role == agreement) revert RoleIsNotAPerson(role);
    }
}
