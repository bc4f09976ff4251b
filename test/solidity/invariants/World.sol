// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Terms} from "../../../contracts/interfaces/AgreementTypes.sol";
import {IOracleCommittee} from "../../../contracts/interfaces/IOracleCommittee.sol";
import {ISLAEscrow} from "../../../contracts/interfaces/ISLAEscrow.sol";
import {ISLAFactory} from "../../../contracts/interfaces/ISLAFactory.sol";
import {ISLALens} from "../../../contracts/interfaces/ISLALens.sol";
import {Signer} from "./Signer.sol";
import {Varieties} from "./Varieties.sol";
import {vm} from "./Vm.sol";

interface IMintable is IERC20 {
    function mint(address to, uint256 amount) external;
}

/// @notice A chain with the protocol on it, its actors, and one agreement, or twins under the same terms.
/// Contracts come as the build made them, so a campaign need not be compiled again when one of them changes.
abstract contract World is Varieties {
    address internal constant PROVIDER = address(0xA001);
    address internal constant CLIENT = address(0xA002);
    address internal constant ARBITER = address(0xA003);
    address internal constant STRANGER = address(0xA004);
    /// Who takes a seat or a role when it changes hands; then the one before waits for its turn.
    address internal constant OTHER_PROVIDER = address(0xB001);
    address internal constant OTHER_CLIENT = address(0xB002);
    address internal constant OTHER_ARBITER = address(0xB003);
    address internal constant OTHER_ORACLE = address(0xB004);

    uint256 internal constant NOW = 1_733_788_800; // 2024-12-10
    uint256 internal constant WEALTH = 1 << 90;

    IMintable internal immutable TOKEN;
    IMintable internal immutable FOREIGN;
    ISLAFactory internal immutable FACTORY;
    ISLALens internal immutable LENS;
    IOracleCommittee internal immutable COMMITTEE;
    address internal immutable SIGNER;

    ISLAEscrow[] public copies;

    error NotMade(string name);

    constructor() {
        vm.warp(NOW);
        address office = _make("SLABackOffice", "");
        address escrow = _make("SLAEscrow", abi.encode(office));
        LENS = ISLALens(_make("SLALens", ""));
        FACTORY = ISLAFactory(_make("SLAFactory", abi.encode(escrow, LENS)));
        TOKEN = IMintable(_make("TestUSD", ""));
        FOREIGN = IMintable(_make("TestUSD", ""));
        SIGNER = address(new Signer());
        address[] memory members = new address[](1);
        members[0] = SIGNER;
        COMMITTEE = IOracleCommittee(_make("OracleCommittee", abi.encode(members, 1)));
    }

    /// @dev `count` agreements under the same terms but for the document's salt.
    function _create(Terms memory x, uint256 count) internal {
        x.provider = PROVIDER;
        x.client = CLIENT;
        x.oracle = address(COMMITTEE);
        x.arbiter = ARBITER;
        x.token = address(TOKEN);
        for (uint256 i; i < count; ++i) {
            x.document = keccak256(abi.encode("salted", i));
            ISLAEscrow copy = ISLAEscrow(FACTORY.create(LENS.encode(x)));
            copies.push(copy);
            _equip(PROVIDER, copy);
            _equip(CLIENT, copy);
            _equip(OTHER_PROVIDER, copy);
            _equip(OTHER_CLIENT, copy);
            _equip(STRANGER, copy);
        }
    }

    function _equip(address actor, ISLAEscrow copy) private {
        TOKEN.mint(actor, WEALTH);
        vm.prank(actor);
        TOKEN.approve(address(copy), type(uint256).max);
    }

    function _make(string memory name, bytes memory arguments) private returns (address made) {
        bytes memory code = abi.encodePacked(vm.getCode(name), arguments);
        assembly {
            made := create(0, add(code, 32), mload(code))
        }
        if (made == address(0)) revert NotMade(name);
    }
}
