// SPDX-License-Identifier: Apache-2.0
// The same on a GPU; skipped where there is none.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>

#include "base/errors.hpp"
#include "device/batch_of_cases.hpp"
#include "device/cuda_device.hpp"
#include "device/device_array.hpp"
#include "device/device_state.hpp"
#include "device/kernel.hpp"

namespace engram::test {
namespace {

ExecutorFactory on_gpu() {
    return [](const Experiment& experiment, const Network& network, MPI_Comm) {
        return device::make_device_executor(device::make_cuda_device(0), experiment, network);
    };
}

// Skips every test of a suite where there is no GPU.
template <class Base>
class OnGpu : public Base {
  protected:
    void SetUp() override {
        if (const auto devices = device::find_cuda_devices(); devices.count == 0)
            GTEST_SKIP() << devices.problem;
    }
};

class GpuDevice : public OnGpu<testing::Test> {};
class Gpu : public OnGpu<testing::TestWithParam<ExecutorCase>> {};

TEST_P(Gpu, EqualsTheProcessor) {
    expect_equal_to_processor(GetParam(), on_gpu());
}

INSTANTIATE_TEST_SUITE_P(Cases, Gpu, testing::ValuesIn(executor_cases()),
                         [](const auto& info) { return info.param.name; });

TEST_F(GpuDevice, RunsInTurnsEqualTheProcessor) {
    BatchOfCases different(device::make_cuda_device(0));
    different.run(executor_cases());
    // In the same phases at the same time, so that all kernels are launched together.
    for (const bool recorded : {true, false}) {
        BatchOfCases alike(device::make_cuda_device(0));
        alike.run(similar_consolidations(2, recorded));
        BatchOfCases with_pools(device::make_cuda_device(0));
        with_pools.run(similar_consolidations(2, recorded, ProteinPools::p_c_and_d));
        BatchOfCases with_rates(device::make_cuda_device(0));
        with_rates.run(similar_consolidations(2, recorded, ProteinPools::p_c_and_d, 50.0));
        BatchOfCases diffusing(device::make_cuda_device(0));
        diffusing.run(with_morphology(similar_consolidations(2, recorded), 0.3));
    }
    constexpr double well_mixed = std::numeric_limits<double>::infinity();
    for (const auto& [pools, rate_threshold_p_Hz] : {std::pair{ProteinPools::common, 0.0},
                                                     {ProteinPools::p_c_and_d, 0.0},
                                                     {ProteinPools::p_c_and_d, 50.0}}) {
        BatchOfCases cables(device::make_cuda_device(0));
        cables.run(with_morphology(similar_consolidations(2, false, pools, rate_threshold_p_Hz),
                                   well_mixed));
    }
    // More than one launch can hold.
    const auto trials = similar_cases(40);
    BatchOfCases similar(device::make_cuda_device(0));
    similar.run(trials);
    EXPECT_EQ(similar.n_ended(), trials.size());
    EXPECT_LT(similar.batch().n_launches(), similar.batch().n_kernels() / 20);
}

TEST_F(GpuDevice, CopiesAndFills) {
    const auto gpu = device::make_cuda_device(0);
    device::DeviceArray<double> array(*gpu, std::vector<double>{1.0, 2.0, 3.0});
    EXPECT_EQ(array.to_vector(), (std::vector<double>{1.0, 2.0, 3.0}));
    gpu->launch(device::Fill<double>{array.data(), 0.5}, 2);
    EXPECT_EQ(array.to_vector(), (std::vector<double>{0.5, 0.5, 3.0}));
    array.fill_bytes(0);
    EXPECT_EQ(array.to_vector(), std::vector<double>(3, 0.0));
}

// What runs in turns launch by themselves, before they begin to wait for each other.
TEST_F(GpuDevice, FillsAndRestsTogether) {
    using plasticity::PointNeuron;
    const auto gpu = device::make_cuda_device(0);
    const device::DeviceArray<double> one(*gpu, std::vector<double>{1.0, 2.0, 3.0});
    const device::DeviceArray<double> other(*gpu, std::vector<double>{4.0, 5.0});
    const device::Launch fills[] = {{device::Fill<double>{one.data(), 0.5}, 2},
                                    {device::Fill<double>{other.data() + 1, 1.5}, 1}};
    gpu->launch_as_one(fills);
    EXPECT_EQ(one.to_vector(), (std::vector<double>{0.5, 0.5, 3.0}));
    EXPECT_EQ(other.to_vector(), (std::vector<double>{4.0, 1.5}));

    std::vector<PointNeuron> kinds(2);
    kinds[0].v_init_mV = -65.0;
    kinds[1].v_init_mV = -60.0;
    const device::DeviceArray<PointNeuron> neurons(*gpu, kinds);
    const device::DeviceArray<std::uint32_t> kind_of(*gpu, std::vector<std::uint32_t>{0, 1});
    const device::DeviceArray<device::ClassOfNeuron> class_of(
        *gpu, std::vector<device::ClassOfNeuron>{0, 0, 1});
    const auto state = device::make_device_storage<PointNeuron::View>(*gpu, {3, 0, 0});
    device::NeuronsOf<PointNeuron> view;
    view.kinds = neurons.data();
    view.kind_of = kind_of.data();
    view.class_of = class_of.data();
    view.n_classes = 2;
    state.describe(view.state);
    const device::Launch rests[] = {{device::RestNeurons<PointNeuron>{view, 0}, 1},
                                    {device::RestNeurons<PointNeuron>{view, 2}, 1}};
    gpu->launch_as_one(rests);
    std::vector<double> v_mV(3);
    const device::CopyOut copy{v_mV.data(), view.state.v_mV, v_mV.size() * sizeof(double)};
    gpu->copy_out({&copy, 1});
    EXPECT_EQ(v_mV, (std::vector<double>{-65.0, 0.0, -60.0}));
}

// Also beyond the range of fixed point, where instructions differ.
TEST_F(GpuDevice, SumsAreThoseOfTheHost) {
    const std::vector<double> g{1.0, -0.3, 0x1p22, 0x1p23, 1e300, std::nan("")};
    const auto n = static_cast<std::uint32_t>(g.size());
    const auto gpu = device::make_cuda_device(0);
    // One source, and one synapse to each of n targets.
    const device::DeviceArray<std::uint64_t> offsets(*gpu, std::vector<std::uint64_t>{0, n});
    std::vector<std::uint32_t> all(n);
    std::iota(all.begin(), all.end(), 0u);
    const device::DeviceArray<std::uint32_t> targets(*gpu, all);
    const device::DeviceArray<double> changes(*gpu, g);
    const device::DeviceArray<std::uint8_t> tags(*gpu, std::vector<std::uint8_t>(n));
    const device::DeviceArray<double> watch(*gpu, std::vector<double>(1));
    const device::DeviceArray<model::FixedPoint> sums(*gpu, std::vector<model::FixedPoint>(n));
    device::Arrays<plasticity::Published> arrays;
    arrays.plastic = {offsets.data(), targets.data(), 1};
    arrays.g = changes.data();
    arrays.tag = tags.data();
    arrays.tag_watch = watch.data();
    arrays.change_sum = sums.data();
    gpu->launch(device::SumRows<plasticity::Published>{arrays}, 1);
    const auto result = sums.to_vector();
    for (std::size_t i = 0; i < g.size(); ++i)
        EXPECT_EQ(result[i], model::to_fixed_point(std::fabs(g[i]))) << g[i];
}

TEST_F(GpuDevice, SaysHowMuchMemoryIsMissing) {
    const auto gpu = device::make_cuda_device(0);
    try {
        gpu->release(gpu->allocate(std::size_t{1} << 50));
        FAIL() << "a petabyte was allocated";
    } catch (const DeviceError& error) {
        EXPECT_NE(std::string(error.what()).find("out of memory"), std::string::npos)
            << error.what();
    }
    EXPECT_LE(gpu->free_bytes(), gpu->total_bytes());
}

TEST_F(GpuDevice, ReportsMembranePotentialThatIsNoNumber) {
    EXPECT_NE(error_of_run(overflowing_network(), on_gpu()).find("not a finite number"),
              std::string::npos);
}

}  // namespace
}  // namespace engram::test
