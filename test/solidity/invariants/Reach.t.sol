// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Campaign} from "./Campaign.sol";
import {vm} from "./Vm.sol";

/// @notice Chance reaches everything: without it an invariant could hold because nothing happened.
contract ReachTest is Campaign {
    uint256 private constant STORIES = 40;
    uint256 private constant ACTS = 100;

    uint256[] private _done = new uint256[](32);

    error NeverDone(uint256 act, uint256[] times);
    error NeverDrawn(uint256 varieties);
    error TooMuchOfNothing(uint256[] times);
    error ActReverts(uint256 story, uint256 act, bytes reason);

    function setUp() external {
        _setUp(2);
    }

    /// The same stories every time, so this never fails by chance.
    function testStoriesReachEveryActUnderAllKindsOfTerms() external {
        uint256 varieties;
        for (uint256 story; story < STORIES; ++story) {
            uint256 snapshot = vm.snapshotState();
            (uint256[] memory counts, uint256 variety) = _tell(story);
            vm.revertToStateAndDelete(snapshot);
            varieties |= 1 << variety;
            for (uint256 act; act < counts.length; ++act) {
                _done[act] += counts[act];
            }
        }
        if (varieties != (1 << handler.varieties()) - 1) revert NeverDrawn(varieties);
        for (uint256 act; act < handler.actCount(); ++act) {
            if (_done[act] == 0) revert NeverDone(act, _done);
        }
        if (_done[0] * 3 >= STORIES * ACTS * 2) revert TooMuchOfNothing(_done);
    }

    function _tell(uint256 story) private returns (uint256[] memory counts, uint256 variety) {
        bytes4[] memory list = acts();
        for (uint256 i; i < ACTS; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(story, i)));
            // solhint-disable-next-line avoid-low-level-calls
            (bool taken, bytes memory reason) = address(handler).call(abi.encodeWithSelector(list[dice % list.length], dice));
            if (!taken) revert ActReverts(story, i, reason);
        }
        counts = new uint256[](handler.actCount());
        for (uint256 act; act < counts.length; ++act) {
            counts[act] = handler.done(act);
        }
        return (counts, handler.variety());
    }
}
