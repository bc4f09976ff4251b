// SPDX-License-Identifier: MIT
pragma solidity 0.8.37;

import {Terms} from "../../contracts/interfaces/AgreementTypes.sol";
import {PackedTerms, TermsCodec} from "../../contracts/libraries/TermsCodec.sol";
import {ArbitraryTerms} from "./ArbitraryTerms.sol";

contract TermsCodecTest is ArbitraryTerms {
    function testFuzzTermsComeBackAsTheyWere(uint256 seed) external {
        (Terms memory x,) = _arbitraryTerms(seed);
        Terms memory back = TermsCodec.decode(TermsCodec.encode(x));
        assert(keccak256(abi.encode(back)) == keccak256(abi.encode(x)));
    }

    /// Whatever byte is changed: the bytes are refused, or mean other terms.
    function testFuzzDifferentBytesAreDifferentTerms(uint256 seed, uint256 place, uint8 change) external {
        (Terms memory x,) = _arbitraryTerms(seed);
        bytes memory data = TermsCodec.encode(x);
        bytes1 mask = bytes1(uint8(_clamp(change, 1, 255)));
        data[place % data.length] ^= mask;
        try this.decode(data) returns (Terms memory other) {
            assert(keccak256(TermsCodec.encode(other)) == keccak256(data));
            assert(keccak256(abi.encode(other)) != keccak256(abi.encode(x)));
        } catch {}
    }

    function testFuzzBytesOfAnotherLengthAreRefused(uint256 seed, uint256 length, bytes calldata tail) external {
        (Terms memory x,) = _arbitraryTerms(seed);
        bytes memory data = TermsCodec.encode(x);
        bytes memory shorter = new bytes(length % data.length);
        for (uint256 i; i < shorter.length; ++i) {
            shorter[i] = data[i];
        }
        assert(_isRefused(shorter));
        assert(tail.length == 0 || _isRefused(bytes.concat(data, tail)));
    }

    function testFuzzOneValueIsReadAsTheWholeHasIt(uint256 seed) external {
        (Terms memory x, PackedTerms t) = _arbitraryTerms(seed);
        assert(t.provider() == x.provider && t.client() == x.client && t.token() == x.token);
        assert(t.fee() == x.fee && t.bond() == x.bond && t.termCreditCap() == x.termCreditCap);
        assert(t.start() == x.start && t.rulingWindow() == x.rulingWindow && t.periods() == x.periods);
        assert(t.hash() == keccak256(TermsCodec.encode(x)));
    }

    function decode(bytes calldata data) external pure returns (Terms memory) {
        return TermsCodec.decode(data);
    }

    function _isRefused(bytes memory data) private view returns (bool) {
        try this.decode(data) {
            return false;
        } catch {
            return true;
        }
    }
}
