import { expect } from "chai";
import { explainHoles } from "../../src/monitors/holes.ts";

describe("explainHoles", () => {
  const hole = (start: number, end: number) => ({ start: BigInt(start), end: BigInt(end) });
  const part = (from: number, to: number, why: string) => ({ from: BigInt(from), to: BigInt(to), why });

  it("holds a sample of `up` for the slot, not a second longer", () => {
    const up = { times: [100], values: [0] };
    expect(explainHoles([hole(100, 160)], [up], 60)).to.deep.equal([part(100, 160, "exporter")]);
    expect(explainHoles([hole(100, 161)], [up], 60)).to.deep.equal([
      part(100, 160, "exporter"),
      part(160, 161, "prometheus"),
    ]);
    expect(explainHoles([hole(99, 160)], [up], 60)).to.deep.equal([
      part(99, 100, "prometheus"),
      part(100, 160, "exporter"),
    ]);
  });

  it("lets a sample speak only until the next one", () => {
    const up = { times: [100, 130.5, 160], values: [0, 1, 0] };
    expect(explainHoles([hole(100, 200)], [up], 60)).to.deep.equal([
      part(100, 130, "exporter"),
      part(130, 160, "metric"),
      part(160, 200, "exporter"),
    ]);
  });

  it("calls the exporter down when one of several was", () => {
    const [down, up] = [
      { times: [100], values: [0] },
      { times: [90, 150], values: [1, 1] },
    ];
    expect(explainHoles([hole(100, 200)], [up, down], 60)).to.deep.equal([
      part(100, 160, "exporter"),
      part(160, 200, "metric"),
    ]);
  });

  it("is not cut where its reason stays the same", () => {
    const [down, up] = [
      { times: [100], values: [0] },
      { times: [120], values: [1] },
    ];
    expect(explainHoles([hole(100, 160)], [down, up], 60)).to.deep.equal([part(100, 160, "exporter")]);
  });

  it("takes 1 and more as an answer, and anything below as none", () => {
    const up = { times: [100, 110, 120], values: [1, 0.999, 2] };
    expect(explainHoles([hole(100, 130)], [up], 60)).to.deep.equal([
      part(100, 110, "metric"),
      part(110, 120, "exporter"),
      part(120, 130, "metric"),
    ]);
  });

  it("goes by the second: of two samples in one the later speaks", () => {
    const up = { times: [100.1, 100.9], values: [0, 1] };
    expect(explainHoles([hole(100, 110)], [up], 60)).to.deep.equal([part(100, 110, "metric")]);
  });

  it("explains each hole by itself, whatever was between them", () => {
    const up = { times: [100, 200], values: [0, 1] };
    expect(explainHoles([hole(210, 220), hole(100, 110)], [up], 60)).to.deep.equal([
      part(100, 110, "exporter"),
      part(210, 220, "metric"),
    ]);
  });

  it("joins holes that overlap, and has nothing to say of none", () => {
    expect(explainHoles([hole(10, 20), hole(15, 30)], [], 60)).to.deep.equal([part(10, 30, "prometheus")]);
    expect(explainHoles([], [{ times: [1], values: [0] }], 60)).to.deep.equal([]);
  });
});
