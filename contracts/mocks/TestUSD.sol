// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title Play money
/// @notice A dollar with 6 decimals and permit that anyone may mint. For local chains and test networks only.
contract TestUSD is ERC20, ERC20Permit {
    constructor() ERC20("Test US Dollar", "USDC") ERC20Permit("Test US Dollar") {}

    /// @notice Make `amount` units for `to`.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public pure override returns (uint8) {
        return 6;
    }
}
