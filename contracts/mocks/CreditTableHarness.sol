// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Measurement} from "../interfaces/AgreementTypes.sol";
import {CreditTable} from "../libraries/CreditTable.sol";
import {TermsCodec} from "../libraries/TermsCodec.sol";

/// @notice The credit table of packed terms, many counts in one call. The agreement uses the same library.
contract CreditTableHarness {
    /// @notice The credit of each of `counts` on `fee`.
    function credits(bytes memory terms, Measurement[][] calldata counts, uint256 fee)
        external
        pure
        returns (uint256[] memory money)
    {
        money = new uint256[](counts.length);
        for (uint256 i; i < counts.length; ++i) {
            (money[i],) = CreditTable.creditUp(TermsCodec.wrap(terms), counts[i], fee);
        }
    }
}
