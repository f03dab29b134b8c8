// SPDX-License-Identifier: Apache-2.0
#include "cli/command_line.hpp"

#include <algorithm>
#include <boost/program_options.hpp>
#include <filesystem>
#include <sstream>

#include "base/errors.hpp"
#include "base/messages.hpp"
#include "base/nearest_name.hpp"
#include "base/version.hpp"
#include "experiment/value_text.hpp"

namespace engram::cli {

namespace po = boost::program_options;

namespace {

struct Entry {
    const char* name;
    Command command;
    const char* argument;
    const char* options;  //!< in the usage
    const char* in_a_line;
    const char* description;
};

constexpr Entry entries[] = {
    {"run", Command::run, "CONFIG", "[--set KEY=VALUE]... [--from PATH] [--output DIR] [--force]",
     "run a simulation or an ensemble, and write its results",
     R"(Runs the simulation or ensemble that CONFIG describes and writes its results.
CONFIG is a file, or - for standard input.
Under mpirun or srun the neurons are divided among the ranks; the results do
not depend on their number. SIGINT, SIGTERM, SIGUSR1 or SIGHUP stop the run after
a complete checkpoint, with exit code 75; 'engram resume' continues it.
)"},
    {"resume", Command::resume, "DIR", "[--set simulation.duration_s=SECONDS] [--salvage]",
     "continue an interrupted run, or extend a complete one",
     R"(Continues the interrupted run in the directory DIR from its newest good
checkpoint, on any number of ranks. It ends with the same files as an
uninterrupted run. A complete run is left as it is, unless
--set simulation.duration_s=... extends it. Where recordings of an interrupted
run are damaged, --salvage continues without what is lost of them.
)"},
    {"check", Command::check, "CONFIG", "[--set KEY=VALUE]... [--from PATH]",
     "validate a configuration; show all values and the schedule",
     R"(Validates CONFIG, a file or - for standard input, prints the resolved configuration on standard output and the
schedule on standard error. Nothing is simulated.
)"},
    {"plan", Command::plan, "CONFIG", "[--from PATH] [--ranks N]",
     "forecast memory and time, and suggest Slurm options",
     R"(Forecasts memory and time of CONFIG, a file or - for standard input, on N ranks.
Nothing is simulated.
)"},
    {"inspect", Command::inspect, "FILE", "",
     "show what a checkpoint or results file holds, and verify it",
     R"(Prints what the checkpoint or results FILE (HDF5) holds, and verifies its
checksums by reading all of it.
)"},
    {"import", Command::import, "FILE.json", "[--output FILE.yaml]",
     "convert a configuration of arbor_network_consolidation",
     R"(Writes the equivalent configuration of a JSON file of the published program
arbor_network_consolidation. 'engram run FILE.json' does the same on the fly.
)"}};

const Entry* find(const std::string& name) {
    const auto* found = std::find_if(std::begin(entries), std::end(entries),
                                     [&](const Entry& entry) { return entry.name == name; });
    return found != std::end(entries) ? found : nullptr;
}

po::options_description options_of(Command command) {
    po::options_description options("Options");
    auto add = options.add_options();
    if (command != Command::inspect)
        add("set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
            "change a configuration key, e.g. groups.assembly.count=300 (repeatable)");
    if (command == Command::run || command == Command::check)
        add("output,o", po::value<std::string>()->value_name("DIR"),
            "directory for the results, instead of output.directory");
    if (command == Command::run || command == Command::check || command == Command::plan)
        add("from", po::value<std::string>()->value_name("PATH"),
            "begin with the state of another run: its results directory, network.h5 or a "
            "checkpoint (initial_state.from)");
    if (command == Command::run || command == Command::check || command == Command::plan ||
        command == Command::import)
        add("arbor-diffusivity", po::value<std::string>()->value_name("0.10|0.11|si|point"),
            "what the diffusivity in a JSON file with morphological neurons means: as Arbor 0.10 "
            "or "
            "0.11 computed it, as it is written, or none (point neurons)");
    if (command == Command::import)
        add("output,o", po::value<std::string>()->value_name("FILE"),
            "file for the configuration, instead of standard output; not replaced without --force");
    if (command == Command::import) add("force", "replace the file");
    if (command == Command::run)
        add("force", "replace the results that the output directory holds");
    if (command == Command::resume)
        add("config", po::value<std::string>()->value_name("FILE"),
            "continue with this configuration; only its duration may be longer, and its "
            "description "
            "and its output and checkpoint sections differ");
    if (command == Command::resume)
        add("salvage",
            "continue from the newest checkpoint whose state is whole, although recordings are "
            "damaged: what can be proven sound is kept, the rest is a gap that the results name");
    if (command == Command::run || command == Command::resume)
        add("quiet,q", "no progress, only the summary and errors");
    if (command == Command::run || command == Command::resume)
        add("device", po::value<std::string>()->value_name("cpu|gpu|auto"),
            "what computes: the processor (default), one GPU per rank, or GPUs where there are "
            "any; the results are the same");
    if (command == Command::run || command == Command::resume)
        add("trials-at-once", po::value<int>()->value_name("N"),
            "trials of an ensemble that one GPU runs at once; default: as many as have room, at "
            "most 32");
    if (command == Command::plan)
        add("ranks,n", po::value<int>()->default_value(1)->value_name("N"),
            "number of MPI ranks to plan for");
    add("help,h", "this text");
    return options;
}

CommandLine parse_options(const Entry& entry, const std::vector<std::string>& arguments) {
    po::options_description hidden;
    hidden.add_options()("argument", po::value<std::vector<std::string>>());
    po::options_description all;
    all.add(options_of(entry.command)).add(hidden);
    po::positional_options_description positional;
    positional.add("argument", -1);
    po::variables_map values;
    const std::string help = fmt::format("; see 'engram {} --help'", entry.name);
    try {
        po::store(po::command_line_parser(arguments).options(all).positional(positional).run(),
                  values);
    } catch (const po::error& error) {
        throw UsageError(error.what() + help);
    }
    CommandLine line;
    line.command = entry.command;
    if (values.count("help")) {
        line.command = Command::help;
        line.help_topic = entry.name;
        return line;
    }
    const std::string what = entry.argument;
    if (!values.count("argument")) throw UsageError("no " + what + " given" + help);
    const auto given = values["argument"].as<std::vector<std::string>>();
    if (given.size() > 1)
        throw UsageError("more than one " + what + " given: '" + given[0] + "', '" + given[1] +
                         "'" + help);
    line.argument = given[0];
    if (line.argument.empty()) throw UsageError("the " + what + " is empty" + help);
    if (values.count("config")) line.configuration = values["config"].as<std::string>();
    if (values.count("set")) line.overrides = values["set"].as<std::vector<std::string>>();
    if (values.count("from")) {
        const auto from = values["from"].as<std::string>();
        if (from.empty()) throw UsageError("--from is empty" + help);
        for (const std::string& set : line.overrides)
            if (set.starts_with("initial_state.from=") || set.starts_with("initial_state="))
                throw UsageError(
                    fmt::format("--from and '--set {}' both say what to begin with{}", set, help));
        // Relative to where the user is, not to the configuration.
        line.overrides.push_back("initial_state.from=" +
                                 quoted(std::filesystem::absolute(from).lexically_normal()));
    }
    if (values.count("output")) {
        line.output = values["output"].as<std::string>();
        if (line.output.empty()) throw UsageError("--output is empty" + help);
    }
    if (values.count("arbor-diffusivity"))
        line.arbor_diffusivity =
            arbor_diffusivity_of(values["arbor-diffusivity"].as<std::string>());
    if (values.count("device"))
        line.options.device = job::parse_device_choice(values["device"].as<std::string>());
    if (values.count("trials-at-once")) {
        line.options.trials_at_once = values["trials-at-once"].as<int>();
        if (line.options.trials_at_once < 1)
            throw UsageError("--trials-at-once must be at least 1" + help);
    }
    line.force = values.count("force") > 0;
    line.salvage = values.count("salvage") > 0;
    line.options.quiet = values.count("quiet") > 0;
    if (values.count("ranks")) line.ranks = values["ranks"].as<int>();
    if (line.ranks < 1) throw UsageError("--ranks must be at least 1" + help);
    return line;
}

}  // namespace

CommandLine parse_command_line(int argc, const char* const* argv) {
    const std::vector<std::string> arguments(argv + std::min(argc, 1), argv + argc);
    CommandLine line;
    if (arguments.empty()) throw UsageError("no command given; see 'engram --help'");
    const std::string& first = arguments.front();
    if (first == "--help" || first == "-h" || first == "help") {
        if (arguments.size() > 1 && find(arguments[1]) != nullptr) line.help_topic = arguments[1];
        return line;
    }
    if (first == "--version" || first == "version") {
        line.command = Command::version;
        return line;
    }
    const Entry* entry = find(first);
    if (entry == nullptr) {
        std::vector<std::string> names;
        for (const Entry& known : entries) names.emplace_back(known.name);
        const std::string nearest = nearest_name(first, names);
        throw UsageError(fmt::format("unknown command '{}'{}; see 'engram --help'", first,
                                     nearest.empty() ? "" : " (did you mean '" + nearest + "'?)"));
    }
    return parse_options(*entry, {arguments.begin() + 1, arguments.end()});
}

std::string help_text(const std::string& topic) {
    if (const Entry* entry = find(topic)) {
        std::ostringstream options;
        options << options_of(entry->command);
        return fmt::format("Usage: engram {} {} [options]\n\n{}\n{}", entry->name, entry->argument,
                           entry->description, options.str());
    }
    std::string text =
        "Engram " + version() + R"(: how recurrent networks of spiking neurons form a memory,
consolidate it for hours by synaptic tagging and capture, and recall it.

Commands:
)";
    for (const Entry& entry : entries)
        text += fmt::format("  {:<8} {}\n", entry.name, entry.in_a_line);
    text += "\nUsage:\n";
    for (const Entry& entry : entries)
        text += fmt::format("  engram {} {} {}\n", entry.name, entry.argument, entry.options);
    return text + R"(  engram COMMAND --help
  engram --version

Under MPI:  mpirun -n 4 engram run CONFIG   or   srun --mpi=pmix engram run CONFIG

Exit codes: 0 done, 1 usage, 2 invalid configuration, 3 file or output unusable,
            4 numerical, device or internal failure, 75 stopped on request after
            a complete checkpoint ('engram resume' continues the run)
)";
}

}  // namespace engram::cli
