// SPDX-License-Identifier: Apache-2.0
// Compiled without the flags of the program's kernels: the assembler may make one of a product and
// a sum.

extern "C" __global__ void product_and_sum(const double* a, const double* b, double* c) {
    c[2 * threadIdx.x] = a[threadIdx.x] * b[threadIdx.x];
    c[2 * threadIdx.x + 1] = a[threadIdx.x] + b[threadIdx.x];
}
