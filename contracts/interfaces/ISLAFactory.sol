// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Summary} from "./ISLALens.sol";

/// @title Where agreements come from
/// @notice Open to anyone. A name in a draft obliges nobody: each seat accepts by its own call. The same terms always
/// make the same address, so creating twice is harmless.
interface ISLAFactory {
    /// @notice Emitted when an agreement is created. Its terms are in its code and in the calldata of this call.
    event AgreementCreated(address indexed agreement, address indexed provider, address indexed client);

    /// @notice Create the agreement for packed `terms`, or return it when it exists.
    ///
    /// Requirements:
    /// - `terms` are canonical and within every limit; `start` is in the future. See {TermsValidation} for the errors.
    function create(bytes calldata terms) external returns (address agreement);

    /// @notice Settle many agreements. What is not an agreement, or fails, is passed over.
    function settle(address[] calldata agreements) external;

    /// @notice The escrow whose code all agreements share.
    function implementation() external view returns (address);

    /// @notice The reader of agreements.
    function lens() external view returns (address);

    /// @notice The address that `terms` have, created or not.
    function addressOf(bytes calldata terms) external view returns (address);

    /// @notice Whether `account` is an agreement made by this factory: its code is recomputed, nothing is remembered.
    function isGenuine(address account) external view returns (bool);

    /// @notice A page of agreements in one call. What is not genuine, or cannot be read, comes back with
    /// phase `None`.
    function summaries(address[] calldata agreements) external view returns (Summary[] memory);
}
