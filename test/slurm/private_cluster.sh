# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# A Slurm cluster of one node for tests: private files, keys and ports, without systemd, as any user.
# Sourced, not run. start_cluster DIRECTORY; afterwards sbatch, scontrol, ... talk to it.

slurm_packages=(slurmctld slurmd slurm-client munge)

has_slurm() {
    PATH=$PATH:/usr/sbin:/sbin
    local program
    for program in munged slurmctld slurmd sbatch srun scontrol scancel; do
        command -v "$program" >/dev/null || return 1
    done
}

# Installs what is missing on Debian and its relatives: as root, or if sudo asks for no password.
install_slurm() {
    local as_root=(env)
    if ((EUID != 0)); then as_root=(sudo -n env); fi
    if ! command -v apt-get >/dev/null || ! "${as_root[@]}" true 2>/dev/null; then return 1; fi
    echo "Installing ${slurm_packages[*]}"
    {
        "${as_root[@]}" apt-get update -q || true # an old list of packages may do
        "${as_root[@]}" DEBIAN_FRONTEND=noninteractive \
            apt-get install -q -y --no-install-recommends "${slurm_packages[@]}"
    } >/dev/null 2>&1
    has_slurm
}

is_free_port() {
    ! (: <"/dev/tcp/127.0.0.1/$1") 2>/dev/null
}

free_port() {
    local port
    while true; do
        port=$((20000 + RANDOM % 10000))
        if is_free_port "$port"; then
            echo "$port"
            return
        fi
    done
}

cluster=
daemons=()

start_cluster() {
    cluster=$1
    mkdir -p "$cluster"/{state,spool,munge}
    chmod 755 "$cluster" "$cluster/munge"
    head -c 128 /dev/urandom >"$cluster/munge.key"
    chmod 600 "$cluster/munge.key"
    local host user controller_port
    host=$(hostname -s)
    user=$(id -un)
    controller_port=$(free_port)
    # cred_expire=5: a requeued job waits 6 s for its next start instead of 121 s.
    cat >"$cluster/slurm.conf" <<END
ClusterName=engram_test
SlurmctldHost=$host(127.0.0.1)
SlurmctldPort=$controller_port
SlurmdPort=$((controller_port + 10000))
SlurmUser=$user
SlurmdUser=$user
AuthType=auth/munge
AuthInfo=socket=$cluster/munge/socket,cred_expire=5
StateSaveLocation=$cluster/state
SlurmdSpoolDir=$cluster/spool
SlurmctldPidFile=$cluster/slurmctld.pid
SlurmdPidFile=$cluster/slurmd.pid
SlurmctldLogFile=$cluster/slurmctld.log
SlurmdLogFile=$cluster/slurmd.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=pmix
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SlurmdParameters=config_overrides
SchedulerParameters=sched_interval=2,bf_interval=2,batch_sched_delay=1,sched_min_interval=0
ReturnToService=2
KillWait=5
JobRequeue=1
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
GresTypes=gpu
NodeName=$host NodeAddr=127.0.0.1 CPUs=16 RealMemory=4000 Gres=gpu:4
PartitionName=test Nodes=ALL Default=YES OverSubscribe=FORCE:4 PriorityTier=5 PreemptMode=OFF
PartitionName=preemptible Nodes=ALL PriorityTier=1
PartitionName=graceful Nodes=ALL PriorityTier=1 GraceTime=30
PartitionName=urgent Nodes=ALL PriorityTier=10 PreemptMode=OFF
END
    # GPUs that exist for the scheduler only.
    touch "$cluster"/gpu{0..3}
    echo "NodeName=$host Name=gpu File=$cluster/gpu[0-3]" >"$cluster/gres.conf"
    export SLURM_CONF=$cluster/slurm.conf
    munged --force --foreground --socket="$cluster/munge/socket" --key-file="$cluster/munge.key" \
        --pid-file="$cluster/munge/pid" --seed-file="$cluster/munge/seed" \
        --log-file="$cluster/munge/log" >"$cluster/munged.out" 2>&1 &
    daemons+=($!)
    await 10 test -S "$cluster/munge/socket" || return 1
    slurmctld -D -c -f "$SLURM_CONF" >"$cluster/slurmctld.out" 2>&1 &
    daemons=($! "${daemons[@]}")
    start_node -c
    daemons=("$node" "${daemons[@]}")
    await 20 node_is_idle || return 1
    # The first step on a new node sets up PMIx; several at once fail at that now and then.
    await 30 srun --quiet --mpi=pmix --ntasks=1 true 2>>"$cluster/first_step.out"
}

node= # process of slurmd

start_node() { # OPTION...
    slurmd -D "$@" -f "$SLURM_CONF" >>"$cluster/slurmd.out" 2>&1 &
    node=$!
}

# Everything that runs on the node is gone at once, as if its power had failed; the controller and the
# authentication, which are elsewhere in a real cluster, stay.
fail_node() {
    local pid
    {
        echo "$node"
        grep -lsF "SLURM_CONF=$cluster/slurm.conf" /proc/[0-9]*/environ | cut -d/ -f3
    } | while read -r pid; do
        case $(cat "/proc/$pid/comm" 2>/dev/null) in
            slurmctld | munged) ;;
            *) kill -s KILL "$pid" 2>/dev/null ;;
        esac
    done
    wait "$node" 2>/dev/null
    scontrol update NodeName="$(hostname -s)" State=DOWN Reason="failed in a test"
}

repair_node() {
    start_node
    daemons[0]=$node
    scontrol update NodeName="$(hostname -s)" State=RESUME
}

node_is_idle() {
    [[ $(sinfo -h -o %t 2>/dev/null) == idle ]]
}

# Jobs first, then the daemons in the opposite order of their start.
stop_cluster() {
    if ((${#daemons[@]} == 0)); then return; fi
    scancel --quiet --user="$(id -un)" 2>/dev/null
    await 15 no_jobs
    local daemon pid
    for daemon in "${daemons[@]}"; do
        kill "$daemon" 2>/dev/null
        # slurmctld of 22.05 now and then never ends once it has saved its state.
        await 15 is_gone "$daemon" || kill -s KILL "$daemon" 2>/dev/null
        wait "$daemon" 2>/dev/null
    done
    unset SLURM_CONF
    # What Slurm has left behind on a busy machine; nothing else has this SLURM_CONF now.
    grep -lsF "SLURM_CONF=$cluster/slurm.conf" /proc/[0-9]*/environ | cut -d/ -f3 |
        while read -r pid; do kill -s KILL "$pid" 2>/dev/null; done
    daemons=()
}

is_gone() {
    ! kill -0 "$1" 2>/dev/null
}

no_jobs() {
    [[ -z $(squeue -h 2>/dev/null) ]]
}

# await SECONDS COMMAND...: until the command succeeds; fails if it does not in time.
await() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        if ((SECONDS >= end)); then return 1; fi
        sleep 0.1
    done
}
