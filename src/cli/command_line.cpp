#include "cli/command_line.hpp"

#include <boost/program_options.hpp>
#include <map>
#include <sstream>

#include "experiment/errors.hpp"
#include "experiment/nearest_name.hpp"

namespace engram::cli {

namespace po = boost::program_options;

namespace {

const std::map<std::string, Command> commands = {
    {"run", Command::run}, {"check", Command::check}, {"plan", Command::plan}};

po::options_description options_of(Command command) {
    po::options_description options("Options");
    auto add = options.add_options();
    add("set", po::value<std::vector<std::string>>()->composing()->value_name("KEY=VALUE"),
        "change a configuration key, e.g. groups.assembly.count=300 (repeatable)");
    if (command == Command::run || command == Command::check)
        add("output,o", po::value<std::string>()->value_name("DIR"),
            "directory for the results, instead of output.directory");
    if (command == Command::run) {
        add("force", "replace the results that the output directory holds");
        add("quiet,q", "no progress, only the summary and errors");
    }
    if (command == Command::plan)
        add("ranks,n", po::value<int>()->default_value(1)->value_name("N"),
            "number of MPI ranks to plan for");
    add("help,h", "this text");
    return options;
}

const char* summary_of(Command command) {
    switch (command) {
        case Command::run:
            return "Runs the simulation that CONFIG describes and writes its results.\n"
                   "Under mpirun or srun the neurons are divided among the ranks; the results do "
                   "not\n"
                   "depend on their number.\n";
        case Command::check:
            return "Validates CONFIG, prints the resolved configuration on standard output and "
                   "the\n"
                   "schedule on standard error. Nothing is simulated.\n";
        case Command::plan:
            return "Forecasts memory and time of CONFIG on N ranks. Nothing is simulated.\n";
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
    hidden.add_options()("configuration", po::value<std::vector<std::string>>());
    po::options_description all;
    all.add(options_of(command)).add(hidden);
    po::positional_options_description positional;
    positional.add("configuration", -1);
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
    if (!values.count("configuration")) throw UsageError("no configuration file given" + help);
    const auto files = values["configuration"].as<std::vector<std::string>>();
    if (files.size() > 1)
        throw UsageError("more than one configuration file given: '" + files[0] + "', '" +
                         files[1] + "'" + help);
    line.configuration = files[0];
    if (values.count("set")) line.overrides = values["set"].as<std::vector<std::string>>();
    if (values.count("output")) {
        line.output = values["output"].as<std::string>();
        if (line.output.empty()) throw UsageError("--output is empty" + help);
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
        text << "Usage: engram " << topic << " CONFIG [options]\n\n"
             << summary_of(command->second) << '\n'
             << options_of(command->second);
        return text.str();
    }
    text << "Engram " ENGRAM_VERSION
            ": how recurrent networks of spiking neurons form a memory,\n"
            "consolidate it for hours by synaptic tagging and capture, and recall it.\n\n"
            "Usage:\n"
            "  engram run CONFIG [--set KEY=VALUE]... [--output DIR] [--force]\n"
            "  engram check CONFIG [--set KEY=VALUE]...\n"
            "  engram plan CONFIG [--ranks N]\n"
            "  engram COMMAND --help\n"
            "  engram --version\n\n"
            "Under MPI:  mpirun -n 4 engram run CONFIG   or   srun engram run CONFIG\n\n"
            "Exit codes: 0 done, 1 usage, 2 invalid configuration, 3 file unusable,\n"
            "            4 numerical or internal failure\n";
    return text.str();
}

}  // namespace engram::cli
