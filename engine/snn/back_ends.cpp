// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/snn/back_ends.h"

#include <new>

#include "engine/base/build_config.h"
#include "engine/compute/cpu.h"
#include "engine/compute/cuda_devices.h"
#include "engine/snn/auto_backend.h"
#include "engine/snn/cpu_backend.h"
#include "engine/snn/fallback_backend.h"

#if BNOF_WITH_CUDA
#include "engine/snn/cuda_backend.h"
#endif

namespace bnof::snn {
namespace {

/// One instruction set.
struct Kernels {
    const char* option; ///< as SimulationOptions takes it
    const char* name;   ///< for people
    const KernelTable* table;
    bool runs; ///< on this CPU
    const char* needs;
};

/// Every instruction set of this build, fastest first.
std::vector<Kernels> instructionSets()
{
    std::vector<Kernels> all;
#if defined(__x86_64__)
    const compute::CpuFeatures& cpu = compute::cpuFeatures();
    all.push_back({"vector-avx512", "AVX-512", &avx512Kernels, cpu.avx512, "AVX-512 (F, BW, DQ and VL)"});
    all.push_back({"vector-avx2", "AVX2", &avx2Kernels, cpu.avx2, "AVX2 and FMA"});
#elif defined(__aarch64__)
    all.push_back({"vector-neon", "NEON", &neonKernels, true, "NEON"});
#endif
    all.push_back({"reference", "scalar", &scalarKernels, true, ""});
    return all;
}

const Kernels& fastest(const std::vector<Kernels>& all)
{
    for (const Kernels& kernels : all)
        if (kernels.runs)
            return kernels;
    return all.back();
}

std::string listOfBackEnds()
{
    std::string list;
    for (const std::string& name : availableBackEnds())
        list += name + ", ";
    return list + "auto";
}

Error refuse(const std::string& option, std::string what)
{
    return makeError(ErrorKind::Usage, std::move(what), "back end \"" + option + '"',
                     "This machine can run: " + listOfBackEnds() + '.');
}

Result<std::unique_ptr<BackEnd>> make(std::shared_ptr<const Plan> plan, const SimulationOptions& options);

/// Begins with the widest instruction set on one thread and looks for something faster while it runs.
Result<std::unique_ptr<BackEnd>> makeAuto(const std::shared_ptr<const Plan>& plan, const SimulationOptions& options)
{
    std::vector<std::string> candidates = availableBackEnds();
    candidates.pop_back(); // the reference is never the fastest
    if (candidates.size() == 1)
        candidates.insert(candidates.begin(), "reference"); // unless there is nothing else
    std::erase_if(candidates, [&](const std::string& name) {
        return name.starts_with("vector-") && name != candidates.front(); // narrower instruction sets
    });
    const BackEndFactory factory = [plan, options](const std::string& name) {
        SimulationOptions named = options;
        named.backEnd = name;
        return makeBackEnd(plan, named);
    };
    BNOF_TRY_ASSIGN(std::unique_ptr<BackEnd> first, factory(candidates.front()));
    return std::unique_ptr<BackEnd>(std::make_unique<AutoBackEnd>(
        std::move(first), candidates.front(), candidates, factory, BackEndMemory(BackEndMemory::defaultPath())));
}

/// Whether some device is there and new enough. Asked once: a machine does not grow a GPU while a program runs.
const Result<compute::CudaChoice>& cudaDevice()
{
    static const Result<compute::CudaChoice> device = []() -> Result<compute::CudaChoice> {
        BNOF_TRY_ASSIGN(const std::vector<compute::CudaDevice> devices, compute::cudaDevices());
        return compute::chooseCudaDevice(devices, {});
    }();
    return device;
}

#if BNOF_WITH_CUDA
/// Ticks between the states that are kept in case the device fails: repeated on the CPU within a second.
constexpr std::uint32_t checkpointTicks = 2000;

/// A CUDA device, with the fastest CPU back end behind it.
Result<std::unique_ptr<BackEnd>> makeCuda(const std::shared_ptr<const Plan>& plan)
{
    BNOF_TRY_ASSIGN(std::unique_ptr<BackEnd> device, makeCudaBackEnd(plan));
    const auto spare = [plan] {
        SimulationOptions options;
        options.backEnd = fastest(instructionSets()).option;
        return makeBackEnd(plan, options);
    };
    return std::unique_ptr<BackEnd>(std::make_unique<FallbackBackEnd>(std::move(device), spare, checkpointTicks));
}
#else
Result<std::unique_ptr<BackEnd>> makeCuda(const std::shared_ptr<const Plan>&)
{
    return cudaDevice().error();
}
#endif

Result<std::unique_ptr<BackEnd>> make(std::shared_ptr<const Plan> plan, const SimulationOptions& options)
{
    if (options.backEnd == "cuda") {
        if (cudaDevice().ok())
            return makeCuda(plan);
        Error error = refuse(options.backEnd, cudaDevice().error().what);
        error.context = cudaDevice().error().context;
        return error;
    }
    const std::vector<Kernels> all = instructionSets();
    const Kernels& best = fastest(all);
    const std::string& option = options.backEnd;
    if (option == "auto")
        return makeAuto(plan, options);
    const auto cpu = [&](const Kernels& kernels, const std::string& name, unsigned threads) {
        return Result<std::unique_ptr<BackEnd>>(
            std::make_unique<CpuBackEnd>(std::move(plan), *kernels.table, name, threads, options.timePhases));
    };
    if (option == "parallel") {
        const unsigned threads = options.threads > 0 ? options.threads : compute::cpuFeatures().logicalCores;
        return cpu(best, std::string("parallel (") + best.name + ", " + std::to_string(threads) + " threads)", threads);
    }
    const bool vector = best.table != &scalarKernels;
    if (option == "vector" && !vector)
        return refuse(option, "this machine has no instruction set for it");
    if (option == "vector")
        return cpu(best, std::string("vector (") + best.name + ')', 1);
    for (const Kernels& kernels : all) {
        if (option != kernels.option)
            continue;
        if (!kernels.runs)
            return refuse(option, std::string("this CPU has no ") + kernels.needs);
        const bool plain = kernels.table == &scalarKernels;
        return cpu(kernels, plain ? "reference" : std::string("vector (") + kernels.name + ')', 1);
    }
    for (const char* known : {"vector-avx2", "vector-avx512", "vector-neon"})
        if (option == known)
            return refuse(option, "this machine has no instruction set for it");
    return refuse(option, "there is no such back end");
}

} // namespace

Result<std::unique_ptr<BackEnd>> makeBackEnd(std::shared_ptr<const Plan> plan, const SimulationOptions& options)
{
    try {
        return make(std::move(plan), options);
    } catch (const std::bad_alloc&) {
        return makeError(ErrorKind::BadInput, "there is not enough memory for the state of the network", "network",
                         "Lower the sizes or the delays, or use a machine with more memory.");
    }
}

std::vector<std::string> availableBackEnds()
{
    std::vector<std::string> names;
    const std::vector<Kernels> all = instructionSets();
    for (const Kernels& kernels : all)
        if (kernels.runs)
            names.emplace_back(kernels.option);
    names.insert(names.end() - 1, "parallel");
    if (cudaDevice().ok())
        names.insert(names.end() - 1, "cuda");
    return names;
}

} // namespace bnof::snn
