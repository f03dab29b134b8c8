#include "cli/command_line.hpp"

#include <boost/program_options.hpp>
#include <map>
#include <sstream>

#include "base/errors.hpp"
#include "base/nearest_name.hpp"

namespace engram::cli {

namespace po = boost::program_options;

namespace {

const std::map<std::string, Command> commands = {
    {"run", Command::run},   {"resume", Command::resume},   {"check", Command::check},
    {"plan", Command::plan}, {"inspect", Command::inspect}, {"import", Command::import}};

po::options_description options_of(Command command) {
    po::options_description options("Options");
    auto add = options.add_options();
    if (command != Command::inspect)
        add("set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
            "change a configuration key, e.g. groups.assembly.count=300 (repeatable)");
    if (command == Command::run || command == Command::check)
        add("output,o", po::value<std::string>()->value_name("DIR"),
            "directory for the results, instead of output.directory");
    if (command == Command::import)
        add("output,o", po::value<std::string>()->value_name("FILE"),
            "file for the configuration, instead of standard output; not replaced without --force");
    if (command == Command::import) add("force", "replace the file");
    if (command == Command::run)
        add("force", "replace the results that the output directory holds");
    if (command == Command::resume)
        add("config", po::value<std::string>()->value_name("FILE"),
            "continue with this configuration; only its duration may be longer, and its output and "
            "checkpoint sections differ");
    if (command == Command::run || command == Command::resume)
        add("quiet,q", "no progress, only the summary and errors");
    if (command == Command::run || command == Command::resume)
        add("device", po::value<std::string>()->value_name("cpu|gpu|auto"),
            "what computes: the processor (default), one GPU per rank (experimental: not yet run "
            "on "
            "one), or GPUs where there are any; the results are the same");
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

const char* argument_of(Command command) {
    switch (command) {
        case Command::resume:
            return "DIR";
        case Command::inspect:
            return "FILE";
        case Command::import:
            return "FILE.json";
        default:
            return "CONFIG";
    }
}

const char* summary_of(Command command) {
    switch (command) {
        case Command::run:
            return "Runs the simulation that CONFIG describes and writes its results.\n"
                   "Under mpirun or srun the neurons are divided among the ranks; the results do "
                   "not\n"
                   "depend on their number. SIGINT, SIGTERM or SIGUSR1 stop the run after a "
                   "complete\n"
                   "checkpoint, with exit code 75; 'engram resume' continues it.\n";
        case Command::resume:
            return "Continues the interrupted run in the directory DIR from its newest good "
                   "checkpoint,\n"
                   "on any number of ranks. It ends with the files that an uninterrupted run "
                   "gives.\n"
                   "A run that is complete is left as it is, unless\n"
                   "--set simulation.duration_s=... extends it.\n";
        case Command::check:
            return "Validates CONFIG, prints the resolved configuration on standard output and "
                   "the\n"
                   "schedule on standard error. Nothing is simulated.\n";
        case Command::plan:
            return "Forecasts memory and time of CONFIG on N ranks. Nothing is simulated.\n";
        case Command::inspect:
            return "Prints what the checkpoint or results FILE (HDF5) holds, and verifies its\n"
                   "checksums by reading all of it.\n";
        case Command::import:
            return "Writes the equivalent configuration of a JSON file of the published program\n"
                   "arbor_network_consolidation. 'engram run FILE.json' does the same on the "
                   "fly.\n";
        default:
            return "";
    }
}

std::string name_of(Command command) {
    for (const auto& [name, value] : commands)
        if (value == command) return name;
    return "";
}

CommandLine parse_options(Command command, const std::vector<std::string>& arguments) {
    po::options_description hidden;
    hidden.add_options()("argument", po::value<std::vector<std::string>>());
    po::options_description all;
    all.add(options_of(command)).add(hidden);
    po::positional_options_description positional;
    positional.add("argument", -1);
    po::variables_map values;
    const std::string help = "; see 'engram " + name_of(command) + " --help'";
    try {
        po::store(po::command_line_parser(arguments).options(all).positional(positional).run(),
                  values);
    } catch (const po::error& error) {
        throw UsageError(error.what() + help);
    }
    CommandLine line;
    line.command = command;
    if (values.count("help")) {
        line.command = Command::help;
        line.help_topic = name_of(command);
        return line;
    }
    const std::string what = argument_of(command);
    if (!values.count("argument")) throw UsageError("no " + what + " given" + help);
    const auto given = values["argument"].as<std::vector<std::string>>();
    if (given.size() > 1)
        throw UsageError("more than one " + what + " given: '" + given[0] + "', '" + given[1] +
                         "'" + help);
    line.argument = given[0];
    if (values.count("config")) line.configuration = values["config"].as<std::string>();
    if (values.count("set")) line.overrides = values["set"].as<std::vector<std::string>>();
    if (values.count("output")) {
        line.output = values["output"].as<std::string>();
        if (line.output.empty()) throw UsageError("--output is empty" + help);
    }
    if (values.count("device"))
        line.device = parse_device_choice(values["device"].as<std::string>());
    if (values.count("trials-at-once")) {
        line.trials_at_once = values["trials-at-once"].as<int>();
        if (line.trials_at_once < 1) throw UsageError("--trials-at-once must be at least 1" + help);
    }
    line.force = values.count("force") > 0;
    line.quiet = values.count("quiet") > 0;
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
        if (arguments.size() > 1 && commands.count(arguments[1])) line.help_topic = arguments[1];
        return line;
    }
    if (first == "--version" || first == "version") {
        line.command = Command::version;
        return line;
    }
    const auto command = commands.find(first);
    if (command == commands.end()) {
        std::vector<std::string> names;
        for (const auto& entry : commands) names.push_back(entry.first);
        const std::string nearest = nearest_name(first, names);
        throw UsageError("unknown command '" + first + "'" +
                         (nearest.empty() ? "" : " (did you mean '" + nearest + "'?)") +
                         "; see 'engram --help'");
    }
    return parse_options(command->second, {arguments.begin() + 1, arguments.end()});
}

std::string help_text(const std::string& topic) {
    std::ostringstream text;
    const auto command = commands.find(topic);
    if (command != commands.end()) {
        text << "Usage: engram " << topic << ' ' << argument_of(command->second) << " [options]\n\n"
             << summary_of(command->second) << '\n'
             << options_of(command->second);
        return text.str();
    }
    text << "Engram " ENGRAM_VERSION
            ": how recurrent networks of spiking neurons form a memory,\n"
            "consolidate it for hours by synaptic tagging and capture, and recall it.\n\n"
            "Usage:\n"
            "  engram run CONFIG [--set KEY=VALUE]... [--output DIR] [--force]\n"
            "  engram resume DIR\n"
            "  engram check CONFIG [--set KEY=VALUE]...\n"
            "  engram plan CONFIG [--ranks N]\n"
            "  engram inspect FILE\n"
            "  engram import FILE.json [--output FILE.yaml]\n"
            "  engram COMMAND --help\n"
            "  engram --version\n\n"
            "Under MPI:  mpirun -n 4 engram run CONFIG   or   srun engram run CONFIG\n\n"
            "Exit codes: 0 done, 1 usage, 2 invalid configuration, 3 file unusable,\n"
            "            4 numerical, device or internal failure, 75 stopped on request after a "
            "complete\n"
            "            checkpoint (resume me)\n";
    return text.str();
}

}  // namespace engram::cli
