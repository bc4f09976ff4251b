// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Indicator, Measurement, Mode, State} from "../../../contracts/interfaces/AgreementTypes.sol";
import {Signature} from "../../../contracts/interfaces/IOracleCommittee.sol";
import {ISLAEscrow} from "../../../contracts/interfaces/ISLAEscrow.sol";
import {Story} from "./Story.sol";
import {vm} from "./Vm.sol";

/// @notice Counts, and how an oracle reports them: a committee by a signed batch, any other by its own call.
abstract contract Reports is Story {
    /// The batches for the last copy, to be delivered again.
    bytes[] internal batches;

    /// @dev One report on every copy.
    function _reportAll(State memory s, uint256 revision, Measurement[] memory counts) internal {
        for (uint256 i; i < copies.length; ++i) {
            bytes memory batch = _pack(address(copies[i]), s.period, revision, counts);
            if (s.oracle == address(COMMITTEE)) {
                _must(_deliver(batch) == 0, "a report in its window is taken");
            } else {
                vm.prank(s.oracle);
                copies[i].report(uint32(s.period), uint16(revision), counts, bytes32(0));
            }
            if (i + 1 == copies.length) batches.push(batch);
        }
    }

    function _deliver(bytes memory batch) internal returns (uint256 failures) {
        Signature[] memory signatures = new Signature[](1);
        signatures[0] = Signature(SIGNER, "");
        return COMMITTEE.deliver(batch, new bytes32[](0), signatures);
    }

    function _pack(address agreement, uint256 k, uint256 revision, Measurement[] memory counts)
        private
        pure
        returns (bytes memory batch)
    {
        batch = abi.encodePacked(agreement, uint8(k), uint8(revision), uint8(counts.length), bytes32(0));
        for (uint256 i; i < counts.length; ++i) {
            batch = abi.encodePacked(batch, counts[i].total, counts[i].bad, counts[i].excluded);
        }
    }

    /// @dev Counts of period `k` that add up, about `badShare` ppb of them bad.
    function _counts(uint256 k, uint256 badShare) internal returns (Measurement[] memory counts) {
        counts = new Measurement[](indicators.length);
        uint256 length = _lengthOf(k);
        for (uint256 i; i < counts.length; ++i) {
            Indicator memory x = indicators[i];
            uint256 all = x.mode == Mode.Count ? _pick(0, 1000) : length * x.instances;
            uint256 cap = x.excludedCap * length / (_boundary(k + 1) - _boundary(k));
            uint256 excluded = _chance(3) ? _pick(0, _min(all, cap)) : 0;
            uint256 most = x.mode == Mode.Count ? all : all - excluded;
            counts[i].total = uint64(x.mode == Mode.Denominator ? most : all);
            counts[i].bad = uint64(most * badShare / 1e9);
            counts[i].excluded = uint64(excluded);
        }
    }

    /// @dev How bad a period is: often not at all, or just around a tier of the ladder.
    function _severity() internal returns (uint256) {
        // A bond is there for the worst.
        if (bond != 0 && _chance(3)) return _pick(2e8, 1e9);
        uint256 kind = _pick(0, 7);
        if (kind < 2) return 0;
        if (kind == 2) return _pick(999_999, 1_000_001);
        if (kind < 5) return _pick(0, 60_000_000);
        return _edgy(0, 1e9);
    }

    /// @dev Counts for a claim strictly on its side of `reported`; none when the dice find none.
    function _claimFor(bool byClient, uint256 k, uint256 reported) internal returns (Measurement[] memory, bool) {
        for (uint256 i; i < 2; ++i) {
            uint256 badShare = i == 0 ? _severity() : byClient ? 1e9 : 0;
            Measurement[] memory counts = _counts(k, badShare);
            uint256 credit = LENS.creditOf(address(copies[0]), k, counts);
            if (byClient ? credit > reported : credit < reported) return (counts, true);
        }
        return (new Measurement[](0), false);
    }

    /// @dev What a stranger may do at any time without giving anything, done to the last copy.
    function _poke() internal override {
        ISLAEscrow last = copies[copies.length - 1];
        uint256 kind = _pick(0, 4);
        vm.prank(STRANGER);
        if (kind == 0) {
            last.sync();
        } else if (kind == 1) {
            address[] memory list = new address[](1);
            list[0] = address(last);
            FACTORY.settle(list);
        } else if (kind == 2 && batches.length != 0) {
            _replay(batches[_pick(0, batches.length - 1)]);
        } else {
            last.settle();
        }
        ++done[uint256(Act.Poke)];
    }

    function _replay(bytes memory batch) private refused {
        _must(_deliver(batch) == 1, "an old batch never has an effect");
        ++done[uint256(Act.Replay)];
    }
}
