#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Background activity of configs/defaultnet_background.yaml in NEST, with static synapses.

Prints the rates and the CPU time per simulated second: of the simulation alone, a second of it left
out as warm-up. Needs `pip install nest-simulator`; docs/performance.md compares it with Engram.
"""

from __future__ import annotations

import argparse
import math
import time

import nest

N_EXC, N_INH, PROBABILITY = 1600, 400, 0.1
DT_MS, DELAY_MS = 0.2, 3.0
TAU_MEM_MS, TAU_SYN_MS, RESISTANCE_MOHM = 10.0, 5.0, 10.0
H_0_MV, W_EI, W_IE, W_II = 4.20075, 2.0, 4.0, 4.0
MEAN_PA, SIGMA_WN_NA_SQRT_S = 150.0, 0.05
WARM_UP_MS = 1000.0

NEURON = {
    "C_m": 1000.0 * TAU_MEM_MS / RESISTANCE_MOHM,  # pF
    "tau_m": TAU_MEM_MS,
    "tau_syn_ex": TAU_SYN_MS,
    "tau_syn_in": TAU_SYN_MS,
    "t_ref": 2.0,
    "E_L": -65.0,
    "V_m": -65.0,
    "V_reset": -70.0,
    "V_th": -55.0,
    "I_e": MEAN_PA,
}


def noise_pA() -> float:
    """Standard deviation per step that, filtered by the synapse, drives neurons as the background.

    Within a step the filtered current only decays, and is less on average than the current that the
    noise drives all the time; without the last factor neurons fire by a tenth less.
    """
    sigma_pA = 1000.0 * SIGMA_WN_NA_SQRT_S * math.sqrt(1000.0 / (2.0 * TAU_SYN_MS))
    steps = DT_MS / TAU_SYN_MS
    decay = math.exp(-steps)
    return sigma_pA * math.sqrt((1.0 + decay) / (1.0 - decay)) * steps / (1.0 - decay)


def build() -> tuple[nest.NodeCollection, nest.NodeCollection]:
    """The network, driven by a current of its own for each neuron."""
    exc = nest.Create("iaf_psc_exp", N_EXC, params=NEURON)
    inh = nest.Create("iaf_psc_exp", N_INH, params=NEURON)
    h_0_pA = 1000.0 * H_0_MV / RESISTANCE_MOHM
    for pre, post, weight in (
        (exc, exc, 1.0),
        (exc, inh, W_EI),
        (inh, exc, -W_IE),
        (inh, inh, -W_II),
    ):
        nest.Connect(
            pre,
            post,
            {"rule": "pairwise_bernoulli", "p": PROBABILITY, "allow_autapses": False},
            {"synapse_model": "static_synapse", "weight": weight * h_0_pA, "delay": DELAY_MS},
        )
    noise = nest.Create("noise_generator", params={"mean": 0.0, "std": noise_pA(), "dt": DT_MS})
    # Receptor 1 filters the current like synaptic input.
    nest.Connect(noise, exc + inh, syn_spec={"receptor_type": 1, "delay": DT_MS})
    return exc, inh


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5.0, help="of simulated time (default 5)")
    parser.add_argument("--repeat", type=int, default=3, help="measurements (default 3)")
    arguments = parser.parse_args()
    nest.verbosity = nest.VerbosityLevel.ERROR
    nest.resolution = DT_MS
    nest.local_num_threads = 1
    nest.rng_seed = 1
    exc, inh = build()
    nest.Simulate(WARM_UP_MS)
    recorders = nest.Create("spike_recorder", 2)
    nest.Connect(exc, recorders[0])
    nest.Connect(inh, recorders[1])
    for _ in range(arguments.repeat):
        begin_s = time.process_time()
        nest.Simulate(1000.0 * arguments.seconds)
        cpu_s = time.process_time() - begin_s
        print(f"{cpu_s / arguments.seconds:.4f} s of CPU time per simulated second")
    simulated_s = arguments.repeat * arguments.seconds
    for name, neurons, recorder in zip(("exc", "inh"), (exc, inh), recorders):
        rate_Hz = recorder.n_events / len(neurons) / simulated_s
        print(f"{name}: {rate_Hz:.2f} Hz")


if __name__ == "__main__":
    main()
