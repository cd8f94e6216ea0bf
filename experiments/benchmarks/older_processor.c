/* Lets a process believe that it runs on an older x86 processor: load it with LD_PRELOAD and name the processor in
 * OLDER_PROCESSOR (avx512-vnni, avx2-vnni or avx2). Linux on Intel processors with CPUID faulting.
 *
 * Libraries ask the instruction CPUID what they may use; some (ONNX Runtime) offer no variable to hold them back. Here
 * the kernel makes CPUID a fault, and the handler answers in its place with the newer features left out. What runs is
 * then what would run on such a processor; clock speed, caches and memory remain this machine's.
 */
#define _GNU_SOURCE
#include <cpuid.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

enum { ARCH_SET_CPUID = 0x1012, FAULTS = 0, WORKS = 1, AMX_INFO_FIRST = 0x1D, AMX_INFO_LAST = 0x1E };
#define BIT(n) (1u << (n))

long older_processor_answers; /* how often the handler stood in: a way that asks while it encodes pays for it */

static int no_avx512, no_vnni;
static struct sigaction before;

static void leave_out(unsigned leaf, unsigned sub, unsigned *a, unsigned *b, unsigned *c, unsigned *d) {
    if (leaf == 7 && sub == 0) {
        *d &= ~(BIT(22) | BIT(23) | BIT(24) | BIT(25)); /* AMX_BF16, AVX512_FP16, AMX_TILE, AMX_INT8 */
        if (no_avx512) {
            *b &= ~(BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31)); /* F DQ IFMA … VL */
            *c &= ~(BIT(1) | BIT(6) | BIT(11) | BIT(12) | BIT(14)); /* VBMI, VBMI2, VNNI, BITALG, VPOPCNTDQ */
            *d &= ~(BIT(2) | BIT(3) | BIT(8));                      /* 4VNNIW, 4FMAPS, VP2INTERSECT */
        }
    } else if (leaf == 7 && sub == 1) {
        *a &= ~(BIT(5) | BIT(21) | BIT(23)); /* AVX512_BF16, AMX_FP16, AVX_IFMA */
        if (no_vnni || !no_avx512) *a &= ~BIT(4); /* AVX_VNNI: younger than AVX512_VNNI */
        *d = 0;                                   /* AVX_VNNI_INT8, AVX_NE_CONVERT, AMX_COMPLEX, AVX10 … */
    } else if (leaf == AMX_INFO_FIRST || leaf == AMX_INFO_LAST) {
        *a = *b = *c = *d = 0;
    }
}

static void answer(int signal, siginfo_t *info, void *context) {
    greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
    const unsigned char *at = (const unsigned char *)registers[REG_RIP];
    if (info->si_code != SI_KERNEL || at[0] != 0x0F || at[1] != 0xA2) { /* a real fault: as if we were not here */
        sigaction(signal, &before, NULL);
        return;
    }
    unsigned leaf = registers[REG_RAX], sub = registers[REG_RCX], a, b, c, d;
    syscall(SYS_arch_prctl, ARCH_SET_CPUID, WORKS);
    __cpuid_count(leaf, sub, a, b, c, d);
    syscall(SYS_arch_prctl, ARCH_SET_CPUID, FAULTS);
    leave_out(leaf, sub, &a, &b, &c, &d);
    registers[REG_RAX] = a, registers[REG_RBX] = b, registers[REG_RCX] = c, registers[REG_RDX] = d;
    registers[REG_RIP] += 2;
    __atomic_fetch_add(&older_processor_answers, 1, __ATOMIC_RELAXED);
}

__attribute__((constructor)) static void start(void) {
    const char *processor = getenv("OLDER_PROCESSOR");
    if (!processor) return;
    no_avx512 = strcmp(processor, "avx512-vnni") != 0;
    no_vnni = strcmp(processor, "avx2") == 0;
    struct sigaction action = {.sa_sigaction = answer, .sa_flags = SA_SIGINFO | SA_NODEFER};
    sigaction(SIGSEGV, &action, &before);
    if (syscall(SYS_arch_prctl, ARCH_SET_CPUID, FAULTS) != 0) {
        fputs("older_processor: this kernel or processor cannot make CPUID a fault\n", stderr);
        _exit(3);
    }
}
