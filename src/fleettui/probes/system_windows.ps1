# The system source on Windows. CIM classes and their properties have the same names in every
# language of Windows; performance counters do not.

$nvidia = (Get-Command nvidia-smi -CommandType Application | Select-Object -First 1).Source

function Json($value) { ConvertTo-Json $value -Compress -Depth 4 }

function section_fast {
  $system = Get-CimInstance Win32_OperatingSystem
  $processor = Get-CimInstance Win32_PerfFormattedData_PerfOS_Processor -Filter "Name='_Total'"
  $page = Get-CimInstance Win32_PageFileUsage | Select-Object -Property AllocatedBaseSize, CurrentUsage
  $memory = $system | Select-Object -Property TotalVisibleMemorySize, FreePhysicalMemory
  Json @{
    v    = 1
    mem  = $memory
    boot = $system.LastBootUpTime.ToUniversalTime().ToString('o')
    cpu  = $processor.PercentProcessorTime
    cpus = [Environment]::ProcessorCount
    page = $page
  }
}

function section_disk {
  $filter = "DeviceID='$env:SystemDrive'"
  $disk = Get-CimInstance Win32_LogicalDisk -Filter $filter
  $disk = $disk | Select-Object -Property DeviceID, Size, FreeSpace
  Json @{ v = 1; disk = $disk }
}

function section_clock {
  $ms = [DateTimeOffset]::UtcNow.ToUnixTimeMilliseconds().ToString()
  $ms.Insert($ms.Length - 3, '.')
}

# The arguments are quoted: a bare comma would make an array of them.
function section_gpu {
  $query = '--query-gpu=index,uuid,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw'
  if ($nvidia) { & $nvidia $query '--format=csv,noheader,nounits' }
}
