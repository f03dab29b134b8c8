# SPDX-License-Identifier: Apache-2.0
"""The translator of PTX refuses what it does not know, and arithmetic that is not exact."""

import sys

import pytest
from conftest import ROOT

sys.path.insert(0, str(ROOT / "test/device/ptx"))
import check_resources  # noqa: E402
import translate_ptx  # noqa: E402

MODULE = """
.version 9.0
.target sm_90
.address_size 64
.visible .entry kernel(
	.param .u64 kernel_param_0,
	.param .align 8 .b8 kernel_param_1[16]
)
.maxntid 128, 1, 1
{
	.reg .pred 	%p<2>;
	.reg .b32 	%r<3>;
	.reg .f32 	%f<4>;
	.reg .f64 	%fd<4>;
	.reg .b64 	%rd<4>;
	INSTRUCTION
	ret;
}
"""


def translated(instruction: str) -> str:
    return translate_ptx.translate({"90": MODULE.replace("INSTRUCTION", instruction)})


def test_known_instructions() -> None:
    assert "reg_fd1 = fma_rn<f64>(reg_fd1, reg_fd2, reg_fd3);" in translated(
        "fma.rn.f64 %fd1, %fd1, %fd2, %fd3;"
    )
    assert "if (!reg_p1) {\n    goto L__BB0_1;" in translated("$L__BB0_1:\n@!%p1 bra $L__BB0_1;")
    assert "reg_rd1 = mov<b64>(address_of(thread.parameters[1]));" in translated(
        "mov.b64 %rd1, kernel_param_1;"
    )
    assert "Space::known_param" in translated("ld.param.f64 %fd1, [kernel_param_1+8];")
    # Checked when it is run.
    assert "Space::param" in translated("ld.param.f64 %fd1, [kernel_param_1+12];")
    assert "Access::atomic" in translated("ld.volatile.global.f64 %fd1, [%rd1+-8];")


@pytest.mark.parametrize(
    "instruction,reason",
    [
        ("add.f64 %fd1, %fd2, %fd3;", "may be contracted"),
        ("mul.f32 %f1, %f2, %f3;", "may be contracted"),
        ("add.rz.f64 %fd1, %fd2, %fd3;", "not known"),
        ("div.approx.f32 %f1, %f2, %f3;", "not exact"),
        ("mul.rn.ftz.f32 %f1, %f2, %f3;", "not exact"),
        ("sqrt.approx.f64 %fd1, %fd2;", "not exact"),
        ("cvt.f32.f64 %f1, %fd1;", "without a rounding"),
        ("bar.sync 0;", "not known"),
        ("shfl.sync.idx.b32 %r1, %r2, 0, 31, -1;", "not known"),
        ("atom.global.cas.b32 %r1, [%rd1], %r2, %r2;", "not known"),
        ("atom.global.add.f64 %fd1, [%rd1], %fd2;", "not known"),
        ("ld.shared.f64 %fd1, [%rd1];", "not known"),
        ("ld.global.v2.f64 {%fd1, %fd2, %fd3}, [%rd1];", "another size"),
        ("mov.b64 %rd1, other;", "operand 'other'"),
        ("mov.b64 %rd1, {%r1, %r2};", "vector or pair"),
        ("setp.eq.s32 %p0|%p1, %r1, %r2;", "vector or pair"),
        (".shared .align 8 .b8 memory[8];", "not known"),
    ],
)
def test_refused(instruction: str, reason: str) -> None:
    with pytest.raises(translate_ptx.Unknown, match=reason) as refusal:
        translated(instruction)
    assert "kernel: '" in str(refusal.value)


def test_only_entries() -> None:
    for text in (".global .align 8 .b8 table[64];", ".func f() { ret; }"):
        with pytest.raises(translate_ptx.Unknown):
            translate_ptx.translate({"90": MODULE + text})
    with pytest.raises(translate_ptx.Unknown, match="no entry"):
        translate_ptx.translate({"90": ".version 9.0"})


REPORT = """ptxas info    : Compiling entry function 'kernel' for 'sm_90'
ptxas info    : Function properties for kernel
    STACK bytes stack frame, 0 bytes spill stores, SPILLS bytes spill loads
ptxas info    : Used REGISTERS registers, used 0 barriers
"""


@pytest.mark.parametrize(
    "registers,stack,spills,n", [(72, 56, 40, 0), (168, 56, 40, 1), (72, 2184, 572, 2)]
)
def test_resources(registers: int, stack: int, spills: int, n: int) -> None:
    text = (
        REPORT.replace("REGISTERS", str(registers))
        .replace("STACK", str(stack))
        .replace("SPILLS", str(spills))
    )
    assert len(check_resources.problems(text, 128)) == n
    assert check_resources.problems("", 128), "nothing is described"
